import { describe, expect, it } from "vitest";
import {
  type HookCaller,
  type HookDeps,
  hookLimits,
  runHooks,
  type ScriptEnd,
  type ScriptRun,
} from "../../src/app/run-hooks.ts";
import type { HookEvent } from "../../src/hooks/hook-event.ts";
import type { HookFile } from "../../src/hooks/hook-files.ts";
import { formatDialRecord } from "../../src/link/dial-record.ts";
import { judge } from "../../src/link/judge.ts";
import { parsePppdLine } from "../../src/pppd/parse-pppd-line.ts";

const args = ["ppp0", "/dev/ttyS1", "115200", "10.0.0.2", "10.0.0.1", ""] as const;
const ok: ScriptEnd = { kind: "exit", status: 0 };

const fromPppd = { LINKNAME: "isp", CALL_FILE: "yosefcom", PPPD_PID: "4711" };

function dialed(connectRate: number): string {
  return formatDialRecord({ version: 1, at: 0, device: "/dev/ttyS1", connectRate });
}

/** A world with these scripts in /etc/ppp/ip-up.d; a script not named takes no time and succeeds. */
function makeWorld(
  scripts: Record<string, { readonly end?: ScriptEnd; readonly takes?: number; readonly uid?: number }>,
) {
  let now = 1000;
  const runs: ScriptRun[] = [];
  const reports: string[] = [];
  const log: string[] = [];
  const callLog: string[] = [];
  const killed: number[] = [];
  const opened: boolean[] = [];
  const file = (path: string, uid = 0): HookFile => {
    return { path, name: path.slice(path.lastIndexOf("/") + 1), type: "file", uid, gid: 0, mode: 0o755, size: 1 };
  };
  const world = {
    runs,
    reports,
    log,
    callLog,
    killed,
    caller: { peer: undefined, quick: false, call: undefined } as HookCaller,
    records: { yosefcom: dialed(33600), other: dialed(9600) } as Record<string, string>,
    opened,
    stockMark: false,
    override: undefined as HookFile | undefined,
    haveLog: true,
    linkname: undefined as string | undefined,
    file,
  };
  const deps: HookDeps = {
    clock: { now: () => now },
    listFiles: (event, linkname) => {
      world.linkname = linkname;
      const path = `/etc/ppp/${event}.d`;
      const files = Object.entries(scripts).map(([name, { uid }]) => file(`${path}/${name}`, uid));
      return {
        runner: 0,
        override: world.override,
        directory: { path, uid: 0, gid: 0, mode: 0o755, files },
        linkDirectory: undefined,
      };
    },
    readCaller: (pppd) => (pppd === 4711 ? world.caller : { peer: undefined, quick: false, call: undefined }),
    readRecord: (peer, name) => (name === "dial.json" ? world.records[peer] : undefined),
    openCallLog: (peer) => ({ say: (text) => callLog.push(`${peer}: ${text}`) }),
    openLog: (truncate) => {
      opened.push(truncate);
      if (!world.haveLog) return undefined;
      return { descriptor: 9, write: (text) => log.push(text), close: () => log.push("<closed>") };
    },
    run: async (script) => {
      runs.push(script);
      const plan = scripts[script.path.slice(script.path.lastIndexOf("/") + 1)];
      now += plan?.takes ?? 0;
      return plan?.end ?? ok;
    },
    takeStockQuickMark: () => {
      const was = world.stockMark;
      world.stockMark = false;
      return was;
    },
    terminate: (pid) => killed.push(pid),
    report: (line) => reports.push(line),
  };
  return Object.assign(world, { deps });
}

function request(event: HookEvent, env: Record<string, string> = fromPppd) {
  return { event, args, env };
}

describe("runHooks", () => {
  it("runs the scripts one by one with pppd's words and the environment", async () => {
    const world = makeWorld({ b: {}, a: { takes: 20 } });
    const { results } = await runHooks(request("ip-up"), world.deps);
    expect(results).toEqual([
      { path: "/etc/ppp/ip-up.d/a", end: ok, took: 20 },
      { path: "/etc/ppp/ip-up.d/b", end: ok, took: 0 },
    ]);
    expect(world.runs[0]).toMatchObject({ args, umask: 0o022, limit: hookLimits.script });
    expect(world.runs[0]?.env).toMatchObject({ PPP_IFACE: "ppp0", CONNECT_SPEED: "33600", PPPD_PID: "4711" });
    expect(world.log).toEqual(["/etc/ppp/ip-up ppp0 /dev/ttyS1 115200 10.0.0.2 10.0.0.1 \n\n", "<closed>"]);
    expect(world.reports).toEqual([]);
  });

  it.each<[ScriptEnd, string]>([
    [{ kind: "exit", status: 3 }, "failed with exit status 3"],
    [{ kind: "signal", signal: "SIGSEGV" }, "was ended by SIGSEGV"],
    [{ kind: "timeout" }, "hangs: it was killed at its time limit"],
    [{ kind: "failed", reason: "spawn ENOEXEC" }, "could not be run: spawn ENOEXEC"],
  ])("names a script that ends with %j and runs the others", async (end, said) => {
    const world = makeWorld({ a: { end }, b: {} });
    const seen: string[] = [];
    const onResult = ({ path }: { readonly path: string }) => seen.push(path);
    await runHooks(request("ip-up"), { ...world.deps, onResult });
    expect(world.runs.map(({ path }) => path)).toEqual(["/etc/ppp/ip-up.d/a", "/etc/ppp/ip-up.d/b"]);
    expect(world.reports).toEqual([`ip-up ppp0: /etc/ppp/ip-up.d/a ${said}`]);
    expect(world.log).toContain(`pppctl: ip-up: /etc/ppp/ip-up.d/a ${said}\n`);
    expect(seen).toEqual(["/etc/ppp/ip-up.d/a", "/etc/ppp/ip-up.d/b"]);
  });

  it("names a script that it refuses, and says nothing of a name that run-parts passes over", async () => {
    const world = makeWorld({ "a.sh": {}, b: { uid: 1000 }, c: {} });
    const { results } = await runHooks(request("ip-up"), world.deps);
    expect(results.map(({ end }) => end.kind)).toEqual(["ignored", "refused", "exit"]);
    expect(world.reports).toEqual([expect.stringContaining("/etc/ppp/ip-up.d/b was not run: it belongs to user 1000")]);
  });

  it("gives all scripts together no more than the event's time", async () => {
    const hang = { end: { kind: "timeout" } as const, takes: 70_000 };
    const world = makeWorld({ a: hang, b: hang, c: hang, d: hang, e: hang, f: {} });
    const { results } = await runHooks(request("ip-up"), world.deps);
    expect(world.runs.map(({ limit }) => limit)).toEqual([60_000, 60_000, 60_000, 60_000, 20_000]);
    expect(results[5]).toEqual({ path: "/etc/ppp/ip-up.d/f", end: { kind: "late" } });
    expect(world.reports[5]).toContain("f was not run");
  });

  it("runs EVENT.local instead, with pppd's umask", async () => {
    const world = makeWorld({ a: {} });
    world.override = world.file("/etc/ppp/ip-up.local");
    await runHooks(request("ip-up"), world.deps);
    expect(world.runs).toMatchObject([{ path: "/etc/ppp/ip-up.local", umask: undefined }]);
  });

  it.each<[HookEvent, boolean]>([
    ["ip-pre-up", true],
    ["ip-up", false],
    ["ip-down", false],
    ["ipv6-up", false],
    ["ipv6-down", false],
  ])("%s starts the log afresh: %s", async (event, truncate) => {
    const world = makeWorld({ a: {} });
    await runHooks(request(event), world.deps);
    expect(world.opened).toEqual([truncate]);
  });

  it("works without a log", async () => {
    const world = makeWorld({ a: { end: { kind: "exit", status: 1 } } });
    world.haveLog = false;
    await runHooks(request("ip-up"), world.deps);
    expect(world.runs[0]?.log).toBeUndefined();
    expect(world.reports).toHaveLength(1);
  });

  it.each(["../ip-down.d", "..", "", "a/b"])("takes no directory from the link's name %j", async (linkname) => {
    const world = makeWorld({});
    await runHooks(request("ip-up", { LINKNAME: linkname }), world.deps);
    expect(world.linkname).toBeUndefined();
  });

  it("closes the log when the files cannot be listed", async () => {
    const world = makeWorld({});
    const listFiles = () => {
      throw new Error("EACCES");
    };
    await expect(runHooks(request("ip-up"), { ...world.deps, listFiles })).rejects.toThrow("EACCES");
    expect(world.log.at(-1)).toBe("<closed>");
  });
});

describe("CONNECT_SPEED", () => {
  it.each<[string, string | undefined, Record<string, string>, string | undefined]>([
    ["of the peer that our pon called", "yosefcom", { ...fromPppd, CALL_FILE: "other" }, "33600"],
    ["of the peer that pppd names when another program called", undefined, fromPppd, "33600"],
    ["is not set without a record", "none", fromPppd, undefined],
    ["is not set without a peer", undefined, { PPPD_PID: "4711" }, undefined],
    ["is not set from half a record", "broken", fromPppd, undefined],
  ])("%s", async (_, peer, env, rate) => {
    const world = makeWorld({ a: {} });
    world.caller = { peer, quick: false, call: undefined };
    world.records["broken"] = dialed(33600).slice(0, 20);
    await runHooks(request("ip-up", env), world.deps);
    expect(world.runs[0]?.env["CONNECT_SPEED"]).toBe(rate);
  });
});

describe("pon -q", () => {
  it.each<[HookEvent, boolean]>([
    ["ip-up", true],
    ["ipv6-up", true],
    ["ip-pre-up", false],
    ["ip-down", false],
    ["ipv6-down", false],
  ])("after %s hangs up: %s", async (event, hangsUp) => {
    for (const stock of [false, true]) {
      const world = makeWorld({ a: {} });
      world.stockMark = stock;
      world.caller = { peer: undefined, call: undefined, quick: !stock };
      const { terminated } = await runHooks(request(event), world.deps);
      expect(world.killed).toEqual(hangsUp ? [4711] : []);
      expect(terminated).toBe(hangsUp ? 4711 : undefined);
      expect(world.stockMark).toBe(stock && !hangsUp);
    }
  });

  it("is not asked for: the link stays", async () => {
    const world = makeWorld({ a: {} });
    expect(await runHooks(request("ip-up"), world.deps)).toMatchObject({ terminated: undefined });
    expect(world.killed).toEqual([]);
  });

  it("beside EVENT.local: ours counts, Debian's does not", async () => {
    const world = makeWorld({});
    world.override = world.file("/etc/ppp/ip-up.local");
    world.stockMark = true;
    await runHooks(request("ip-up"), world.deps);
    expect([world.killed, world.stockMark]).toEqual([[], true]);
    world.caller = { peer: undefined, quick: true, call: undefined };
    await runHooks(request("ip-up"), world.deps);
    expect([world.killed, world.stockMark]).toEqual([[4711], true]);
  });

  it.each([undefined, "", "-1", "1", "0", "x"])("never signals anything but a pppd: PPPD_PID %j", async (pid) => {
    const world = makeWorld({});
    world.stockMark = true;
    await runHooks(request("ip-up", pid === undefined ? {} : { PPPD_PID: pid }), world.deps);
    expect(world.killed).toEqual([]);
  });
});

describe("the log of the call", () => {
  it("has every script's result and the end of pon -q, when pon made the call", async () => {
    const world = makeWorld({ a: { takes: 200 }, b: { end: { kind: "exit", status: 3 } } });
    world.caller = { peer: "isp", quick: true, call: undefined };
    await runHooks({ event: "ip-up", args, env: fromPppd }, world.deps);
    expect(world.callLog).toEqual([
      "isp: ip-up: /etc/ppp/ip-up.d/a ran (0.2 s)",
      "isp: ip-up: /etc/ppp/ip-up.d/b failed with exit status 3",
      "isp: ip-up: the scripts have run: hanging up (pon -q)",
    ]);
    const facts = world.callLog.map((line) =>
      parsePppdLine(line.replace("isp:", "Nov 20 22:00:00.123 box pppctl[7]:")),
    );
    expect(judge({ events: [...facts, parsePppdLine("Terminating on signal 15")] })).toMatchObject({
      cause: "hook-failed",
      sentence: "a hook script failed (/etc/ppp/ip-up.d/b): exit status 3",
    });
  });

  it("of another's call is not touched", async () => {
    const world = makeWorld({ a: {} });
    await runHooks({ event: "ip-up", args, env: fromPppd }, world.deps);
    expect(world.callLog).toEqual([]);
  });
});
