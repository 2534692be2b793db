import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PppdStart } from "../../../src/app/deps.ts";
import { preparePppdWith } from "../../../src/io/prepare-pppd.ts";
import { readProcess } from "../../../src/io/process-table.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "prepare-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A program in pppd's place. */
function program(text: string): string {
  const path = join(directory, "pppd");
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

function start(args: readonly string[], waits = true): PppdStart {
  return { args, env: { PPPCTL_PEER: "a b" }, output: { file: join(directory, "log") }, waits };
}

const said = (): string => readFileSync(join(directory, "log"), "utf8");

/** Of what another process does, on a busy machine. */
const patience = { timeout: 20_000, interval: 10 };

/** The option file as pppd opens it: by name. */
const readOptions = "cat < /proc/self/fd/0";

test("the process is pppd under the pid that was told, with the words as they are; the last option is complete at go", async () => {
  const words = ["call", "isp", "a b", "", "*", "$HOME", "'\"\\", "-c", "\n"];
  const text = `echo $$ $PPPCTL_PEER; for word; do printf "<%s>" "$word"; done; ${readOptions}; exit 7`;
  const pppd = await preparePppdWith(program(text))(start(words));
  pppd.start(undefined);
  expect(await pppd.exited).toEqual({ status: 7, signal: undefined });
  expect(said()).toBe(`${pppd.pid} a b\n${words.map((word) => `<${word}>`).join("")}connect\n"" \n`);
});

test("`local` comes with go", async () => {
  const pppd = await preparePppdWith(program(readOptions))(start(["call", "isp"]));
  pppd.start("local");
  expect(await pppd.exited).toEqual({ status: 0, signal: undefined });
  expect(said()).toBe('connect\n"" local\n');
});

test("cancelled, it never gets behind its options; cancelled after its end, nothing happens", async () => {
  const pppd = await preparePppdWith(program(`${readOptions} > /dev/null; echo opened`))(start(["call", "isp"]));
  await pppd.cancel();
  expect(await pppd.exited).toEqual({ status: undefined, signal: "SIGTERM" });
  expect(readProcess(pppd.pid)).toBeUndefined();
  expect(said()).toBe("");
  await pppd.cancel();
  pppd.kill("SIGTERM");
});

test("we are killed: the last option stays without its argument", async () => {
  const module = new URL("../../../src/io/prepare-pppd.ts", import.meta.url).pathname;
  const bundle = join(directory, "prepare.mjs");
  buildSync({ entryPoints: [module], bundle: true, platform: "node", format: "esm", outfile: bundle });
  const options = JSON.stringify(start(["call", "isp"]));
  const path = program(`echo waiting; ${readOptions}; echo ended`);
  const text = `import { preparePppdWith } from ${JSON.stringify(bundle)};
    console.log((await preparePppdWith(${JSON.stringify(path)})(${options})).pid);`;
  const us = spawn(process.execPath, ["--input-type=module", "-e", text], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await new Promise((resolve) => us.stdout.once("data", resolve)));
  await vi.waitFor(() => expect(said()).toContain("waiting\n"), patience);
  us.kill("SIGKILL");
  await vi.waitFor(() => expect(readProcess(pid)).toBeUndefined(), patience);
  expect(said()).toBe("waiting\nconnect\nended\n");
}, 60_000);

test("a signal ends it, before the start and after", async () => {
  const waiting = await preparePppdWith(program(readOptions))(start([]));
  waiting.kill("SIGTERM");
  expect(await waiting.exited).toEqual({ status: undefined, signal: "SIGTERM" });
  waiting.start(undefined);

  const running = await preparePppdWith(program(`${readOptions}; exec sleep 1000`))(start([]));
  running.start(undefined);
  running.kill("SIGKILL");
  expect(await running.exited).toEqual({ status: undefined, signal: "SIGKILL" });
});

test("one that does not wait goes on by itself, with nothing to read", async () => {
  const pppd = await preparePppdWith(program('echo "$$ $@"; cat; exit 3'))(start(["call", "isp"], false));
  expect(await pppd.exited).toEqual({ status: 3, signal: undefined });
  expect(said()).toBe(`${pppd.pid} call isp\n`);
});

test("a program that cannot be run", async () => {
  const pppd = await preparePppdWith(join(directory, "none"))(start([]));
  expect(await pppd.exited).toEqual({ status: 127, signal: undefined });
  expect(said()).toContain("not found");
  await expect(preparePppdWith(join(directory, "none"))(start([], false))).rejects.toMatchObject({
    code: "pppd.start",
  });
});
