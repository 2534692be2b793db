import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { textFromWord } from "./word-text.ts";

/** Scripts that the peer names itself (`ip-up-script` and its like): pppd says nothing when one cannot be run. */
export function checkHookScripts(plan: DialPlan, facts: Pick<MachineFacts, "stat">): readonly Finding[] {
  return [...plan.hookScripts].flatMap(([name, { value, position }]): readonly Finding[] => {
    const path = textFromWord(value);
    const stat = facts.stat(path);
    const runs = stat?.kind === "file" && (stat.mode & 0o111) !== 0;
    if (runs) return [];
    return [
      {
        code: "hooks.script",
        severity: "error",
        position,
        message: `${name}: ${path} ${stat === undefined ? "does not exist" : "is not an executable file"}, and pppd does not run it`,
        hint: stat === undefined ? "correct the path" : `chmod 755 ${path}`,
      },
    ];
  });
}
