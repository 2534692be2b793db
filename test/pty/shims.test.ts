import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const bin = fileURLToPath(new URL("../../bin", import.meta.url));
const commands = ["pon", "poff", "plog", "pppctl", "check-ppp-connection"] as const;
const events = ["ip-up", "ip-down", "ip-pre-up", "ipv6-up", "ipv6-down"] as const;

/** Says what it was started with. */
const probe = `console.log(JSON.stringify({ main: import.meta.url.replace(/.*[/]/, ""), node: process.argv0, args: process.argv.slice(2), env: process.env }));`;

/** What sh(1) itself exports: PWD as dash, the others as bash. */
const ofTheShell = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);

let prefix: string;
let pack: string;

beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "pppctl shims-"));
  pack = join(prefix, "lib/node_modules/pppctl");
  cpSync(bin, join(pack, "bin"), { recursive: true });
  mkdirSync(join(pack, "dist"));
  writeFileSync(join(pack, "package.json"), '{ "type": "module" }');
  for (const name of [...commands, "hook"]) writeFileSync(join(pack, `dist/${name}-main.js`), probe);
});

afterEach(() => rmSync(prefix, { recursive: true }));

function recordNode(path: string): void {
  writeFileSync(join(pack, "dist/node-path"), `${path}\n`);
}

function putNode(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(process.execPath, path);
  return path;
}

/** The places that find-node.sh knows by name, moved into the prefix: whether the system has a node there must not matter. */
function moveSystemPlaces(): void {
  const path = join(pack, "bin/find-node.sh");
  const moved = readFileSync(path, "utf8").replace(/(?<=\s)(?=\/(?:usr|opt|snap)\/\S*node\b)/g, `"${prefix}"`);
  writeFileSync(path, moved);
}

/** As pppd runs a hook: no environment, in /. */
function start(path: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  return spawnSync(path, args, { cwd: "/", env, encoding: "utf8" });
}

function started(path: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const result = start(path, args, env);
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  return JSON.parse(result.stdout) as { main: string; node: string; args: string[]; env: Record<string, string> };
}

const words = ["a b", "", "*", "$HOME", "--", "-q", "'", '"\\'];

describe("every shim with an empty environment", () => {
  it.each(commands)("%s runs its main program with its words", (name) => {
    recordNode(process.execPath);
    expect(started(join(pack, "bin", name), words)).toMatchObject({ main: `${name}-main.js`, args: words });
  });

  it.each(events)("%s runs the hook runner with its event and pppd's words", (event) => {
    recordNode(process.execPath);
    const args = ["ppp0", "/dev/ttyS1", "115200", "10.0.0.2", "10.0.0.1", ""];
    expect(started(join(pack, "bin/hooks", event), args)).toMatchObject({
      main: "hook-main.js",
      args: [event, ...args],
    });
  });

  it.each([...commands, "hooks/ip-up"])("%s hands the environment on as it is", (name) => {
    recordNode(process.execPath);
    const given = { PPPD_PID: "1", PATH: "/nowhere", node: "x", self: "y" };
    const { env } = started(join(pack, "bin", name), [], given);
    expect(env).toMatchObject(given);
    expect(Object.keys(env).filter((key) => !(key in given) && !ofTheShell.has(key))).toEqual([]);
  });
});

describe("how a shim is found", () => {
  beforeEach(() => recordNode(process.execPath));

  it("through npm's relative link, and a link to that link", () => {
    mkdirSync(join(prefix, "bin"));
    symlinkSync("../lib/node_modules/pppctl/bin/plog", join(prefix, "bin/plog"));
    symlinkSync(join(prefix, "bin/plog"), join(prefix, "show"));
    expect(started(join(prefix, "bin/plog")).main).toBe("plog-main.js");
    expect(started(join(prefix, "show")).main).toBe("plog-main.js");
  });

  it("through a linked package, as npm link makes it", () => {
    symlinkSync(pack, join(prefix, "linked"));
    expect(started(join(prefix, "linked/bin/hooks/ip-up")).args).toEqual(["ip-up"]);
  });

  it("by a link in /etc/ppp to the hook's", () => {
    symlinkSync(join(pack, "bin/hooks/ipv6-down"), join(prefix, "ipv6-down"));
    expect(started(join(prefix, "ipv6-down")).args).toEqual(["ipv6-down"]);
  });

  it("by PATH and by a path without a directory", () => {
    const env = { PATH: `${join(pack, "bin")}:/usr/bin:/bin` };
    expect(JSON.parse(execFileSync("/bin/sh", ["-c", "plog -f"], { env, encoding: "utf8" })).args).toEqual(["-f"]);
    const here = { cwd: join(pack, "bin"), env: {}, encoding: "utf8" } as const;
    expect(JSON.parse(execFileSync("./plog", ["-f"], here)).args).toEqual(["-f"]);
  });
});

describe("where a shim finds node", () => {
  const nowhere = { PATH: "/nowhere" };

  it("with the system's own places as they are", () => {
    const onPath = { PATH: dirname(putNode(join(prefix, "elsewhere/node"))) };
    expect(started(join(pack, "bin/plog"), [], onPath).main).toBe("plog-main.js");
  });

  it("first where the build recorded it, then on PATH, then in this order", () => {
    moveSystemPlaces();
    const places = [
      putNode(join(prefix, "usr/local/bin/node")),
      putNode(join(prefix, "usr/bin/node")),
      putNode(join(prefix, "bin/node")),
      putNode(join(prefix, "opt/node-20/bin/node")),
      putNode(join(prefix, "snap/bin/node")),
    ];
    const onPath = { PATH: dirname(putNode(join(prefix, "elsewhere/node"))) };
    const recorded = putNode(join(prefix, "recorded/node"));
    const shim = join(pack, "bin/hooks/ip-up");

    recordNode(recorded);
    expect(started(shim, [], onPath).node).toBe(recorded);
    rmSync(recorded);
    expect(started(shim, [], onPath).node).toBe("node");
    for (const place of places) {
      const { node } = started(shim, [], nowhere);
      expect(node.replace(`${pack}/bin/hooks/../../../../..`, prefix)).toBe(place);
      rmSync(place);
    }
  });

  it("says in one line that there is none, with 127 as sh(1)", () => {
    moveSystemPlaces();
    recordNode(join(prefix, "gone/node"));
    mkdirSync(join(prefix, "usr/bin/node"), { recursive: true });
    writeFileSync(join(prefix, "usr/local"), "");
    const { status, stderr, stdout } = start(join(pack, "bin/pon"), [], nowhere);
    expect(status).toBe(127);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^.*bin\/pon: node is not installed .*\n$/);
  });
});

it.each(events)("%s outlives every SIGTERM of a pppd that ends first, also while node starts", async (event) => {
  recordNode(process.execPath);
  writeFileSync(join(pack, "dist/hook-main.js"), 'setTimeout(() => console.log("done"), 50);');
  const hook = spawn(join(pack, "bin/hooks", event), { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(hook, "close");
  let said = "";
  hook.stdout.on("data", (text) => {
    said += text;
  });
  // The shell itself must have come as far as its first line.
  await vi.waitFor(() => expect(ignoresSigterm(hook.pid)).toBe(true), { timeout: 20_000, interval: 1 });
  const again = setInterval(() => hook.kill("SIGTERM"), 2);
  expect(await ended).toEqual([0, null]);
  clearInterval(again);
  expect(said).toBe("done\n");
});

/** proc(5): the mask of ignored signals. */
function ignoresSigterm(pid: number | undefined): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${mask}`) & (1n << BigInt(constants.signals.SIGTERM - 1))) !== 0n;
}

it("the build has recorded a node that runs", () => {
  const recorded = readFileSync(join(bin, "../dist/node-path"), "utf8");
  expect(execFileSync(recorded.trimEnd(), ["-p", "1"], { encoding: "utf8" })).toBe("1\n");
});
