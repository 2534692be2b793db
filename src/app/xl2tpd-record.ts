import type { PeerStore, ProcessInfo, World } from "./deps.ts";

/** In the peer's records while xl2tpd makes or has the peer's link. */
export const xl2tpdLinkName = "xl2tpd.json";

/** In the peer's records: pppd's options of a link for which xl2tpd has a lac of ours (app/xl2tpd-lac.ts). */
export const lacOptionsName = "xl2tpd-options";

/** Which lac pon had xl2tpd call, and the pppd that it then started. */
export interface Xl2tpdLink {
  readonly lac: string;
  readonly pppd?: Pick<ProcessInfo, "pid" | "startTime">;
  /** Of a lac of ours: the call's name in records, and `pon -q`. What other pppds are told in their environment. */
  readonly call?: string;
  readonly quick?: boolean;
  /** xl2tpd calls again by itself. */
  readonly redials?: boolean;
}

export function formatXl2tpdLink(link: Xl2tpdLink): string {
  return `${JSON.stringify(link)}\n`;
}

/** Undefined for a text that is none. */
export function parseXl2tpdLink(text: string | undefined): Xl2tpdLink | undefined {
  try {
    const link = JSON.parse(text ?? "") as Xl2tpdLink;
    return typeof link.lac === "string" ? link : undefined;
  } catch {
    return undefined;
  }
}

/** The link as recorded; its pppd when that still lives, and the interface by the pid file that every pppd writes. */
export function findXl2tpdLink(
  store: Pick<PeerStore, "read">,
  { processes, files }: Pick<World, "processes" | "files">,
): { readonly lac: string; readonly process?: ProcessInfo; readonly iface?: string } | undefined {
  const link = parseXl2tpdLink(store.read(xl2tpdLinkName));
  if (link === undefined) return undefined;
  const { lac, pppd } = link;
  const process = pppd === undefined ? undefined : processes.read(pppd.pid);
  if (process === undefined || process.startTime !== pppd?.startTime) return { lac };
  for (let unit = 0; unit < 256; unit++) {
    if (files.readText(`/run/ppp${unit}.pid`)?.trim() === String(process.pid))
      return { lac, process, iface: `ppp${unit}` };
  }
  return { lac, process };
}

/** xl2tpd will call again for this peer, though no pppd of its link runs now. */
export function awaitsRedial(store: Pick<PeerStore, "read">, { processes }: Pick<World, "processes">): boolean {
  if (parseXl2tpdLink(store.read(xl2tpdLinkName))?.redials !== true) return false;
  return processes.list().some(({ name }) => name === "xl2tpd");
}
