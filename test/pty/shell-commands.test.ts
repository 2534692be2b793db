import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { analyseCommand } from "../../src/peer/chat-command.ts";

const seed = Number(process.env["SEED"] ?? 20_240_901);
const count = 600;
const variables = new Map(Object.entries({ NUM: "5551", TWO: " a  b", EMPTY: "" }));

/** A directory in which no file matches a pattern, with a chat and a pppctl that write down their words. */
let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "pppctl-sh-"));
  for (const name of ["chat", "pppctl"]) {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\0' ${name} "$@" >>"$RECORD"\nprintf '\\n\\0' >>"$RECORD"\n`);
    chmodSync(path, 0o755);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const atom = fc.constantFrom(
  ...'a|-v|ATDT5|\\ |\\\\|\\"|\\\'|"|\'|\'\'|""|"a b"|\'c d\'|\'\\r\'|"\\r"|"\\$"|"\\\\"|$|$NUM|\x24{NUM}|"$TWO"|$TWO|$EMPTY|"$EMPTY"'.split(
    "|",
  ),
  ..."$OTHER,*99#,#,a#,~,~a,=,A=1,{,},[a],?,!,;,&,>,<,(,`,\t,\n,\\\n,\u00e9,\r,$(,\x24{NUM:-x},$1,$$,\\a,%s,-f,x".split(
    ",",
  ),
  "|",
);
const command = fc
  .tuple(
    fc.constantFrom(
      "chat ",
      "chat ",
      "exec chat ",
      " chat ",
      "'chat' ",
      'c"ha"t ',
      "pppctl chat ",
      "A=1 chat ",
      "sh chat ",
      "",
    ),
    fc.array(fc.oneof(atom, fc.constant(" ")), { maxLength: 7 }),
  )
  .map(([program, parts]) => program + parts.join(""));

/** What sh(1) runs: each program with its words. */
function runByShell(text: string): readonly (readonly string[])[] {
  const record = join(directory, "record");
  rmSync(record, { force: true });
  const env = { PATH: `${directory}:/usr/bin:/bin`, RECORD: record, ...Object.fromEntries(variables) };
  writeFileSync(join(directory, "command"), bytesFromLatin1(text));
  // The bytes as they are: node would write an argument as UTF-8.
  const run = 'c=$(cat "$0"; echo x); exec /bin/sh -c "\x24{c%x}"';
  spawnSync("/bin/sh", ["-c", run, join(directory, "command")], { cwd: directory, env, input: "", timeout: 10_000 });
  if (!existsSync(record)) return [];
  const calls: string[][] = [[]];
  for (const word of readFileSync(record, "latin1").split("\0").slice(0, -1)) {
    if (word === "\n") calls.push([]);
    else calls.at(-1)?.push(word);
  }
  return calls.slice(0, -1);
}

test(`${count} generated commands: what is one plain call of chat is to sh just that call`, {
  timeout: 120_000,
}, () => {
  const position = { file: "f", line: 1, column: 1 };
  let plain = 0;
  for (const text of fc.sample(command, { seed, numRuns: count })) {
    const ours = analyseCommand(text, position, variables);
    if (ours.kind !== "chat") continue;
    plain++;
    const words = /pppctl/.test(text) ? ["pppctl", "chat"] : ["chat"];
    expect({ text, calls: runByShell(text) }).toEqual({ text, calls: [[...words, ...ours.argv]] });
  }
  expect(plain).toBeGreaterThan(count / 6);
  expect(plain).toBeLessThan((count * 5) / 6);
});
