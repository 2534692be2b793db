import type { PeerStore, ProcessInfo, World } from "./deps.ts";

/** In the peer's records while xl2tpd makes or has the peer's link. */
export const xl2tpdLinkName = "xl2tpd.json";

/** Which lac pon had xl2tpd call, and the pppd that it then started. */
export interface Xl2tpdLink {
  readonly lac: string;
  readonly pppd?: Pick<ProcessInfo, "pid" | "startTime">;
}

export function formatXl2tpdLink(link: Xl2tpdLink): string {
  return `${JSON.stringify(link)}\n`;
}

/** The link as recorded; its pppd when that still lives, and the interface by the pid file that every pppd writes. */
export function findXl2tpdLink(
  store: Pick<PeerStore, "read">,
  { processes, files }: Pick<World, "processes" | "files">,
): { readonly lac: string; readonly process?: ProcessInfo; readonly iface?: string } | undefined {
  const text = store.read(xl2tpdLinkName);
  if (text === undefined) return undefined;
  const { lac, pppd } = JSON.parse(text) as Xl2tpdLink;
  const process = pppd === undefined ? undefined : processes.read(pppd.pid);
  if (process === undefined || process.startTime !== pppd?.startTime) return { lac };
  for (let unit = 0; unit < 256; unit++) {
    if (files.readText(`/run/ppp${unit}.pid`)?.trim() === String(process.pid))
      return { lac, process, iface: `ppp${unit}` };
  }
  return { lac, process };
}
