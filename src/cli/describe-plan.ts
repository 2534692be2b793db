import type { CallPlan } from "../app/plan-call.ts";

/** The plan of a call for people: how it would dial, each step, pppd's exact arguments. */
export function describePlan(plan: CallPlan): string {
  const rows: [string, string | undefined][] = [
    ["peer", `${plan.peer} (${plan.file})`],
    ["how", `${plan.mode}: ${plan.why}`],
    ["device", plan.device],
    ["speed", plan.speed === undefined ? undefined : String(plan.speed)],
    ["flow", plan.device === undefined ? undefined : plan.flowControl],
    ["linkname", plan.linkname],
    ...plan.chat.map((step, i): [string, string] => [i === 0 ? "chat" : "", step]),
    ["pppd", plan.pppd.length === 0 ? undefined : plan.pppd.map(quoteWord).join(" ")],
    ...plan.findings.map((finding): [string, string] => [
      finding.severity === "error" ? "error" : "note",
      `${finding.position.file}:${finding.position.line}:${finding.position.column}: ${finding.message}`,
    ]),
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(9)} ${value}\n`)
    .join("");
}

/** As a person would type it in a shell; shown, never run. */
function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
