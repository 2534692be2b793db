import { isAtLeast } from "../../../src/peer/option-index.ts";
import type { PeerReading } from "../../../src/peer/peer-reading.ts";
import { dumpReading, notPrinted } from "./dump.ts";

/** What pppd made of the same files. */
export interface PppdResult {
  readonly status: number;
  /** Without `pppd: `. */
  readonly messages?: readonly string[] | undefined;
  /** The effective options that it printed, with their sources; absent: it printed none. */
  readonly options?: readonly (readonly [string, string])[] | undefined;
}

/** Where the reader and pppd are of different opinions: status, messages, effective options and their sources. */
export function findDifferences(reading: PeerReading, pppd: PppdResult): readonly string[] {
  const refusal = reading.findings.find((finding) => finding.severity !== "warning");
  const hasHostName = reading.findings.some(({ code }) => code === "peer.host-name");
  if (hasHostName && pppd.status === 2) {
    // pppd could not resolve the name; a reader without a network can only say that it must be.
    const message = pppd.messages?.at(-1) ?? "";
    if (/unknown host|invalid address parameter/.test(message) || message === refusal?.pppd) return [];
    return [`a host name, and pppd says: ${message}`];
  }
  const differences: string[] = [];
  const status = refusal?.exitCode ?? 0;
  // A file that includes itself: pppd ends by the first limit that it meets, of its stack or of its open files.
  if (refusal?.code === "peer.loop") return pppd.status === 0 ? ["pppd took a file that includes itself"] : [];
  if (status !== pppd.status) differences.push(`status ${status} (${refusal?.message}), pppd's ${pppd.status}`);
  if (pppd.status === 0 && pppd.options?.length) {
    // pppd 2.5 prints sources out of memory that is free already.
    const newer = isAtLeast(reading.version, "2.5.0");
    const [ours, theirs] = [dumpReading(reading), pppd.options].map((rows) => comparable(rows, !newer));
    differences.push(...compareLists("option", ours ?? [], theirs ?? []));
  }
  // A name that stat(2) refuses as too long is a device to pppd, and an unknown option to a reader that does not stat.
  const notStatted = pppd.messages?.at(-1)?.startsWith("Couldn't stat /dev/") === true;
  if (!hasHostName && !notStatted) {
    // pppd stops at what it does not know; for the reader a missing device is no end.
    const heard =
      refusal === undefined ? reading.findings : reading.findings.slice(0, reading.findings.indexOf(refusal) + 1);
    const ours = heard.filter((finding) => finding.severity !== "warning" || finding.pppd);
    const theirs = (pppd.messages ?? []).filter(
      (text) => !/^Plugin |^\/\S*\.so|cannot open shared object|cannot read file data/.test(text),
    );
    const texts = ours.map((finding) => (finding.pppd ?? "").replace(/\n+$/, ""));
    if (texts.join("\n") !== theirs.join("\n")) {
      differences.push(`messages ${JSON.stringify(texts)}, pppd's ${JSON.stringify(theirs)}`);
    }
  }
  return differences;
}

/** The dump cuts lines over 256 bytes and breaks before a long value. */
function comparable(rows: readonly (readonly [string, string])[], sources: boolean): readonly string[] {
  const shown = rows.filter(([text]) => text !== "" && !notPrinted.has(text.split(" ")[0] ?? ""));
  return [
    ...new Set(
      shown.map(([text, source]) => text.replace(/^(\S+) \n/, "$1 ").slice(0, 200) + (sources ? `\t${source}` : "")),
    ),
  ];
}

function compareLists(what: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  return [
    ...ours.filter((item) => !theirs.includes(item)).map((item) => `${what} ${JSON.stringify(item)} is not pppd's`),
    ...theirs.filter((item) => !ours.includes(item)).map((item) => `pppd's ${what} ${JSON.stringify(item)} is missing`),
  ];
}
