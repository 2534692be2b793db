import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LogPaths } from "../../src/app/show-log.ts";
import { bundleMain } from "./bundle-main.ts";

let bundles: string;
let main: string;
let root: string;
let paths: LogPaths;
const children: ChildProcess[] = [];

/** plog-main.ts on other paths, which it takes as its first word: the real one takes none. */
beforeAll(async () => {
  bundles = mkdtempSync(join(tmpdir(), "pppctl-plog-"));
  const source = `
    import { showLog } from "./src/app/show-log.ts";
    import { createLogDeps } from "./src/io/log-deps.ts";
    const [paths, ...args] = process.argv.slice(2);
    try {
      process.exitCode = await showLog(args, createLogDeps(JSON.parse(paths)));
    } catch (error) {
      console.error(error.code);
      process.exitCode = error.exitCode;
    }`;
  main = await bundleMain(source, bundles);
});

afterAll(() => rmSync(bundles, { recursive: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pppctl-plog-"));
  paths = { pppLog: join(root, "ppp.log"), syslog: join(root, "syslog") };
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  rmSync(root, { recursive: true });
});

function line(tag: string, text: string): string {
  return `Jan  2 03:04:05 host ${tag}[12]: ${text}\n`;
}

function plog(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [main, JSON.stringify(paths), ...args], { env, encoding: "latin1" });
}

/** Its output as it comes; `wait` resolves when that text is there. */
function follow(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, JSON.stringify(paths), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let seen = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => {
    seen += text;
  });
  return { child, wait: (text: string) => expect.poll(() => seen, { timeout: 20_000 }).toContain(text) };
}

/** The command lines of the tails that still read below our directory. */
function readers(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1");
      } catch {
        return ""; // It has ended.
      }
    })
    .filter((words) => words.startsWith("tail\0") && words.includes(`${root}/`));
}

/** A journalctl that writes down its words and says `text`. */
function putJournal(script: string): Record<string, string> {
  writeFileSync(join(root, "journalctl"), `#!/bin/sh\necho "$*" > ${root}/words\n${script}\n`, { mode: 0o755 });
  return { PATH: `${root}:/usr/bin:/bin` };
}

describe("each log", () => {
  it("ppp.log: tail's output, byte for byte", () => {
    writeFileSync(paths.pppLog, "1\n\n2 caf\xe9\n3\n", "latin1");
    writeFileSync(paths.syslog, line("pppd", "not this one"));
    expect(plog(["-n", "3"])).toMatchObject({ status: 0, stdout: "\n2 caf\xe9\n3\n", stderr: "" });
    expect(plog(["-c", "4"])).toMatchObject({ status: 0, stdout: "\xe9\n3\n" });
    expect(plog(["--nonsense"])).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("nonsense") });
  });

  it("syslog: as Debian's tail and grep, with our own lines", () => {
    writeFileSync(paths.pppLog, "");
    const text = line("pppd", "caf\xe9") + line("cron", "x") + line("chat", "CONNECT") + line("pppctl", "dialing");
    writeFileSync(paths.syslog, text, "latin1");
    const found = plog([]);
    expect(found).toMatchObject({ status: 0, stderr: "" });
    expect(found.stdout).toBe(line("pppd", "caf\xe9") + line("chat", "CONNECT") + line("pppctl", "dialing"));
    expect(plog(["-n", "1"]).stdout).toBe(line("pppctl", "dialing"));
    appendFileSync(paths.syslog, line("cron", "y"));
    expect(plog(["-1"])).toMatchObject({ status: 1, stdout: "", stderr: "" });
  });

  it("a last line that is not complete yet is shown", () => {
    writeFileSync(paths.syslog, line("pppd", "half").trimEnd());
    expect(plog([]).stdout).toBe(line("pppd", "half"));
  });

  it("journal: the three tags", () => {
    const env = putJournal(`echo "-- Boot 0 --"; echo "a line"`);
    expect(plog(["-n", "7"], env)).toMatchObject({ status: 0, stdout: "-- Boot 0 --\na line\n" });
    expect(readFileSync(join(root, "words"), "utf8")).toBe("--no-pager -t pppd -t chat -t pppctl -n 7\n");
    expect(plog([], putJournal("exit 4")).status).toBe(4);
    expect(plog([], { PATH: join(root, "none") })).toMatchObject({ status: 1, stderr: "log.none\n" });
  });

  it("the journal's words are ones that journalctl(1) knows", () => {
    const result = spawnSync(
      "journalctl",
      ["--no-pager", "-t", "pppd", "-t", "pppctl", "-n", "0", "--directory", root],
      {
        encoding: "utf8",
      },
    );
    expect(result).toMatchObject({ status: 0 });
  });
});

describe("-f", () => {
  it.each(["pppLog", "syslog"] as const)("follows %s through a rotation", async (which) => {
    const path = paths[which];
    writeFileSync(path, line("pppd", "one"));
    const { child, wait } = follow(["-f"]);
    await wait("one\n");
    expect(readers()).toHaveLength(1);
    appendFileSync(path, line("pppd", "two"));
    await wait("two\n");
    renameSync(path, `${path}.1`);
    writeFileSync(path, line("pppd", "three"));
    await wait("three\n");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
    expect(readers()).toEqual([]);
  });

  it("follows the journal", async () => {
    const { child, wait } = follow(["-f"], putJournal("echo one; exec sleep 1000"));
    await wait("one\n");
    expect(readFileSync(join(root, "words"), "utf8")).toMatch(/ -n 10 -f\n$/);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
  });

  it("ends when nobody reads any more", async () => {
    writeFileSync(paths.syslog, line("pppd", "one"));
    const { child, wait } = follow(["-f"]);
    await wait("one\n");
    child.stdout?.destroy();
    const ended = once(child, "exit");
    const writer = spawn("sh", ["-c", 'while echo "x pppd[1]: more" >> "$0"; do sleep 0.1; done', paths.syslog]);
    children.push(writer);
    expect(await ended).toEqual([141, null]);
  });
});

it("bin/plog --help has examples, without node on any path", () => {
  const bin = fileURLToPath(new URL("../../bin/plog", import.meta.url));
  const { status, stdout, stderr } = spawnSync(bin, ["--help"], { cwd: "/", env: {}, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^Usage: plog \[tail options\] \| PEER .*\n/);
  expect(stdout).toContain("plog -f ");
});
