import type { CauseDetails } from "./cause-row.ts";

/** What the sentences of the causes have in common. */

/** Of a modem that refuses: its words. */
export const answered = (d: CauseDetails) => `the modem answered ${d.string ?? "with a refusal"}${dialContext(d)}`;
/** `text`, and the words of the system, pppd or the peer behind it. */
export const withMessage = (text: string) => (d: CauseDetails) => (d.message ? `${text}: ${d.message}` : text);
export const theDevice = (d: CauseDetails) => d.device ?? "the device";

export function dialContext(d: CauseDetails): string {
  const parts = [
    d.number === undefined ? undefined : `dialing ${d.number}`,
    d.step === undefined ? undefined : `at ${d.step.file}:${d.step.line}`,
    d.elapsedMs === undefined ? undefined : `after ${seconds(d.elapsedMs)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

export function holderName(holder: { readonly pid: number; readonly name?: string }): string {
  return holder.name === undefined ? `process ${holder.pid}` : `${holder.name} (process ${holder.pid})`;
}
