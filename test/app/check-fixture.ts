import { Chalk } from "chalk";
import { expect } from "vitest";
import { registerCheckCommand } from "../../src/cli/check-command.ts";
import { makeProgram } from "../../src/cli/run-command.ts";
import { FakeMachine } from "./fake-machine.ts";

/** The good peer and its script. */
export const peer = "/etc/ppp/peers/isp";
export const script = "/etc/chatscripts/isp";
const goodScript = "ABORT BUSY\n'' 'AT&D2'\nOK ATD8765432\nCONNECT '\\c'\n";

/** A machine with one good peer; `lines` come after its six. */
export function machineWith(...lines: readonly string[]): FakeMachine {
  const machine = new FakeMachine();
  machine.put(
    peer,
    [
      "/dev/ttyS1 115200",
      'connect "chat -f /etc/chatscripts/isp"',
      "user yosef",
      "noauth",
      "defaultroute",
      "usepeerdns",
      ...lines,
    ].join("\n"),
  );
  machine.put(script, goodScript);
  machine.put("/etc/ppp/pap-secrets", "yosef * TOPSECRET\n", 0o600);
  return machine;
}

/** Run `pppctl check` with these words: its status, and each finding as `FILE:LINE:COLUMN severity code`. */
export async function check(
  machine: FakeMachine,
  ...words: readonly string[]
): Promise<{ readonly status: number; readonly found: readonly string[]; readonly text: string }> {
  const run = async (...more: readonly string[]) => {
    let text = "";
    let status = -1;
    const program = makeProgram("pppctl");
    registerCheckCommand(program, {
      ...machine.checkDeps,
      style: new Chalk({ level: 0 }),
      print: (piece) => {
        text += piece;
      },
      finish: (result) => {
        status = result;
      },
    });
    await program.parseAsync(["check", ...more, ...words], { from: "user" });
    return { status, text };
  };
  const { status, text } = await run();
  const json = JSON.parse((await run("--json")).text) as {
    findings: { file: string; line: number; column: number; severity: string; code: string; fix?: string }[];
  };
  // Each says what to do.
  expect(json.findings.filter(({ fix = "" }) => fix === "")).toEqual([]);
  expect(text).not.toContain("TOPSECRET");
  return {
    status,
    text,
    found: json.findings.map(
      ({ file, line, column, severity, code }) => `${file}:${line}:${column} ${severity} ${code}`,
    ),
  };
}

/** What is said of a good file. */
export const nothing = { status: 0, found: [] };
