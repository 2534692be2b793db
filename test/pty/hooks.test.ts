import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ScriptRun } from "../../src/app/run-hooks.ts";
import { planHooks } from "../../src/hooks/plan-hooks.ts";
import type { HookPaths } from "../../src/io/hook-deps.ts";
import { listHookFiles } from "../../src/io/hook-files.ts";
import { runScript } from "../../src/io/hook-runner.ts";
import { formatDialRecord } from "../../src/link/dial-record.ts";
import { bundleMain } from "./bundle-main.ts";

let bundles: string;
let main: string;
let root: string;
let paths: HookPaths;
const children: ChildProcess[] = [];

/** hook-main.ts on other paths, which it takes as its first word: the real one takes none. */
beforeAll(async () => {
  bundles = mkdtempSync(join(tmpdir(), "pppctl-hooks-"));
  const source = `
    import { createHookDeps } from "./src/io/hook-deps.ts";
    import { runHookCommand } from "./src/cli/hook-command.ts";
    const [paths, ...words] = process.argv.slice(2);
    process.exitCode = await runHookCommand(words, process.env, createHookDeps(JSON.parse(paths)), console.error);`;
  main = await bundleMain(source, bundles);
});

afterAll(() => rmSync(bundles, { recursive: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pppctl-hooks-"));
  paths = {
    etc: join(root, "etc"),
    run: join(root, "run"),
    state: join(root, "state"),
    log: join(root, "ppp-ipupdown.log"),
    stockQuick: join(root, "ppp-quick"),
    logger: join(root, "logger"),
  };
  put(paths.logger, `#!/bin/sh\nprintf '%s\\n' "$*" >> ${root}/syslog\n`);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(root, { recursive: true });
});

function put(path: string, text: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function putHook(name: string, text: string): string {
  return put(join(paths.etc, name), `#!/bin/sh\n${text}\n`);
}

function read(name: string): string {
  const path = join(root, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

const words = ["ppp0", "/dev/ttyS1", "115200", "10.0.0.2", "10.0.0.1", "a  b"];

/** As pppd calls it: its variables only, in /, umask 077. */
function startHook(event: string, env: Record<string, string> = {}): ChildProcess {
  const command = ["-c", 'umask 077; exec "$@"', "sh", process.execPath, main, JSON.stringify(paths), event, ...words];
  const child = spawn("/bin/sh", command, { cwd: "/", env, stdio: "ignore" });
  children.push(child);
  return child;
}

async function runHook(event: string, env: Record<string, string> = {}): Promise<number | null> {
  const [status] = (await once(startHook(event, env), "exit")) as [number | null];
  return status;
}

describe("an event", () => {
  it("runs its scripts in order, in /, with the words, the variables and umask 022", async () => {
    const say = `{ echo "$0 $#:$6 $PPP_IFACE $PPP_TTYNAME $CONNECT_SPEED $LINKNAME $(pwd) $(umask)"; } >> ${root}/out`;
    for (const name of ["ip-up.d/50b", "ip-up.d/01a", "ip-up.d/isp home/x", "ip-up.d/foo.sh"]) putHook(name, say);
    const record = formatDialRecord({ version: 1, at: 0, device: "/dev/ttyS1", connectRate: 33600 });
    put(join(paths.run, "a%2Fpeer/dial.json"), record);
    expect(await runHook("ip-up", { LINKNAME: "isp home", CALL_FILE: "a/peer" })).toBe(0);
    expect(read("out")).toBe(
      ["01a", "isp home/x", "50b"]
        .map((name) => `${paths.etc}/ip-up.d/${name} 6:a  b ppp0 ttyS1 33600 isp home / 0022\n`)
        .join(""),
    );
  });

  it("goes on after a script that fails or cannot be run, and tells syslog which", async () => {
    putHook("ip-down.d/a", "exit 3");
    put(join(paths.etc, "ip-down.d/b"), "#!/nonexistent/interpreter\n");
    putHook("ip-down.d/c", "kill -SEGV $$");
    putHook("ip-down.d/d", `echo "$BYTES_SENT" > ${root}/out`);
    expect(await runHook("ip-down", { BYTES_SENT: "42" })).toBe(0);
    expect(read("out")).toBe("42\n");
    await expect.poll(() => read("syslog").split("\n").length, { timeout: 10_000 }).toBe(4);
    const lines = read("syslog");
    expect(lines).toContain(`ip-down ppp0: ${paths.etc}/ip-down.d/a failed with exit status 3\n`);
    expect(lines).toContain(`ip-down ppp0: ${paths.etc}/ip-down.d/b could not be run: `);
    expect(lines).toContain(`ip-down ppp0: ${paths.etc}/ip-down.d/c was ended by SIGSEGV\n`);
    expect(lines).toMatch(/^-i -t pppctl -p local2\.err -- ip-down /);
  });

  it("works without a logger, without a directory and with a broken record", async () => {
    rmSync(paths.logger);
    expect(await runHook("ip-up")).toBe(0);
    put(join(paths.run, "isp/dial.json"), '{ "connectRa');
    putHook("ip-up.d/a", `echo "\${CONNECT_SPEED-unset}" > ${root}/out; exit 1`);
    expect(await runHook("ip-up", { CALL_FILE: "isp" })).toBe(0);
    expect(read("out")).toBe("unset\n");
  });

  it("does not wait for what a script leaves in the background", async () => {
    put(paths.log, "");
    putHook("ip-up.d/a", `sleep 100 & echo $! > ${root}/pid`);
    expect(await runHook("ip-up")).toBe(0);
    process.kill(Number(read("pid")), "SIGKILL");
  });

  it("runs EVENT.local instead, with pppd's umask", async () => {
    putHook("ip-up.d/a", `echo a >> ${root}/out`);
    putHook("ip-up.local", `echo "local $# $(umask)" >> ${root}/out`);
    await runHook("ip-up");
    expect(read("out")).toBe("local 6 0077\n");
  });
});

describe("ppp-ipupdown.log", () => {
  it("takes the output of all scripts when it exists; ip-pre-up starts it afresh", async () => {
    put(paths.log, "old\n", 0o640);
    putHook("ip-up.d/a", "echo out; echo err >&2; exit 2");
    putHook("ip-pre-up.d/a", "echo pre");
    await runHook("ip-up");
    const up =
      `/etc/ppp/ip-up ${words.join(" ")}\n\nout\nerr\n` +
      `pppctl: ip-up: ${paths.etc}/ip-up.d/a failed with exit status 2\n`;
    expect(read("ppp-ipupdown.log")).toBe(`old\n${up}`);
    await runHook("ip-pre-up");
    await runHook("ip-up");
    expect(read("ppp-ipupdown.log")).toBe(`/etc/ppp/ip-pre-up ${words.join(" ")}\n\npre\n${up}`);
  });

  it("is not made when it does not exist", async () => {
    putHook("ip-up.d/a", "echo out");
    await runHook("ip-up");
    expect(existsSync(paths.log)).toBe(false);
  });
});

describe("pon -q", () => {
  it.each([
    ["ours: a variable of that pppd", { PPPCTL_QUICK: "1" }, false],
    ["Debian's: a file", {}, true],
  ])("%s: pppd is told to hang up after the scripts", async (_, env, mark) => {
    const pppd = spawn("/bin/sleep", ["1000"], { env });
    children.push(pppd);
    if (mark) put(paths.stockQuick, "");
    putHook("ip-up.d/a", `kill -0 $PPPD_PID && echo alive > ${root}/out`);
    const ended = once(pppd, "exit");
    await runHook("ip-up", { PPPD_PID: String(pppd.pid) });
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(read("out")).toBe("alive\n");
    expect(existsSync(paths.stockQuick)).toBe(false);
  });

  it("not asked for: pppd lives on, and its peer is known by what pon told it", async () => {
    const pppd = spawn("/bin/sleep", ["1000"], { env: { PPPCTL_PEER: "isp", PPPCTL_QUICK: "" } });
    children.push(pppd);
    const record = formatDialRecord({ version: 1, at: 0, device: "/dev/ttyS1", connectRate: 14400 });
    put(join(paths.run, "isp/dial.json"), record);
    putHook("ip-up.d/a", `echo $CONNECT_SPEED > ${root}/out`);
    await runHook("ip-up", { PPPD_PID: String(pppd.pid), CALL_FILE: "included" });
    expect(read("out")).toBe("14400\n");
    expect([pppd.exitCode, pppd.signalCode]).toEqual([null, null]);
  });
});

describe("runScript", () => {
  function scriptRun(text: string, limit: number): ScriptRun {
    return {
      path: put(join(root, "script"), `#!/bin/sh\n${text}\n`),
      args: [],
      env: {},
      log: undefined,
      umask: undefined,
      limit,
    };
  }

  it("ends the whole group of a script that hangs", async () => {
    const end = await runScript(scriptRun(`sleep 1000 & echo $! > ${root}/pid; wait`, 1_500));
    expect(end).toEqual({ kind: "timeout" });
    expect(read("pid")).toMatch(/^\d+\n$/);
    await expect.poll(() => existsSync(`/proc/${read("pid").trim()}/exe`), { timeout: 10_000 }).toBe(false);
  });

  it("kills one that ignores SIGTERM", async () => {
    const run = scriptRun(`trap '' TERM; echo $$ > ${root}/pid; while :; do sleep 1000; done`, 1_500);
    expect(await runScript(run, { term: 100, kill: 10_000 })).toEqual({ kind: "timeout" });
    expect(read("pid")).toMatch(/^\d+\n$/);
    expect(existsSync(`/proc/${read("pid").trim()}/exe`)).toBe(false);
  });

  it("reports what it cannot run", async () => {
    const run = scriptRun("", 500);
    expect(await runScript({ ...run, path: join(root, "gone") })).toMatchObject({ kind: "failed" });
    expect(await runScript({ ...run, env: { A: "\0" } })).toMatchObject({ kind: "failed" });
  });
});

it("plans what run-parts(8) runs, in its order", () => {
  const directory = join(root, "etc/ip-up.d");
  const names = [
    "b",
    "a",
    "B",
    "-x",
    "0dns-up",
    "0000usepeerdns",
    "_",
    "10",
    "9",
    "x.sh",
    "x~",
    "é",
    "a b",
    ".x",
    "x.local",
  ];
  for (const name of names) putHook(`ip-up.d/${name}`, ":");
  put(join(directory, "readonly"), "#!/bin/sh\n", 0o644);
  mkdirSync(join(directory, "directory"));
  symlinkSync("b", join(directory, "link"));
  symlinkSync("/dev/null", join(directory, "null"));
  symlinkSync("nowhere", join(directory, "broken"));
  const oracle = spawnSync("run-parts", ["--test", directory], { encoding: "utf8" }).stdout.trim().split("\n");
  const steps = planHooks(listHookFiles(paths.etc, "ip-up", undefined)).steps;
  expect(steps.filter((step) => step.run).map((step) => step.path)).toEqual(oracle);
  expect(steps.filter((step) => !step.run && step.refused).map((step) => step.path)).toEqual([
    join(directory, "broken"),
  ]);
});

it.runIf(process.getuid?.() === 0)("refuses a user's script, by a link too", async () => {
  const script = putHook("ip-up.d/a", `echo a > ${root}/out`);
  chownSync(script, 1000, 0);
  symlinkSync("a", join(paths.etc, "ip-up.d/b"));
  expect(await runHook("ip-up")).toBe(0);
  expect(read("out")).toBe("");
  await expect
    .poll(() => read("syslog"), { timeout: 10_000 })
    .toContain("ip-up.d/b was not run: it belongs to user 1000");
});

it("hook-main names the events when it gets none", () => {
  const dist = fileURLToPath(new URL("../../dist/hook-main.js", import.meta.url));
  for (const args of [[], ["auth-up"], ["../ip-up"]]) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [dist, ...args], { env: {}, encoding: "utf8" });
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("ip-pre-up, ip-up, ip-down, ipv6-up, ipv6-down");
  }
});
