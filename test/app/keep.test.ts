import { describe, expect, test } from "vitest";
import { type KeepState, keep } from "../../src/app/keep.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { Cause } from "../../src/link/causes.ts";
import { parseWaitRecord } from "../../src/link/wait-record.ts";
import { type FakePppd, FakeWorld } from "./fake-world.ts";

const minute = 60_000;

/** Peers that pppd brings up without a modem; each call of theirs is another pppd, 600, 601, … */
class KeptWorld extends FakeWorld {
  /** What each call in turn comes to; then all come up. */
  readonly fates: ("up" | "refused" | "failed")[] = [];
  /** The peer of each call. */
  readonly called: string[] = [];
  readonly states: string[] = [];
  ready = 0;
  readonly #stop = new AbortController();
  #next = 600;

  constructor(...settings: readonly string[]) {
    super({ peer: ['pty "/bin/isp"', ...settings.map((setting) => `set "${setting}"`)] });
    this.files.set("/etc/ppp/peers/isp", this.files.get("/etc/ppp/peers/isp")?.replace(/^.*\n/, "") ?? "");
    this.files.set("/etc/ppp/peers/second", 'pty "/bin/other"');
    this.addresses.set("ppp0", ["10.0.0.2"]);
    this.onPppd = (pppd) => this.#call(pppd);
    this.onKill = (pid) => this.drop(pid);
  }

  #call(pppd: FakePppd): void {
    const peer = pppd.args[1] ?? "";
    this.called.push(peer);
    const fate = this.fates.shift() ?? "up";
    pppd.log("Using interface ppp0");
    pppd.log("Connect: ppp0 <--> /dev/pts/1");
    if (fate === "refused") pppd.log("PAP authentication failed");
    if (fate === "failed") pppd.log("LCP: timeout sending Config-Requests");
    if (fate !== "up") {
      pppd.exit(fate === "refused" ? 19 : 10);
      return;
    }
    pppd.log("local  IP address 10.0.0.2");
    pppd.log("remote IP address 10.0.0.1");
    pppd.exit(0, this.#next);
    this.files.delete("/run/ppp-isp.pid");
    this.files.set(`/run/ppp-${peer}.pid`, `${this.#next}\nppp0\n`);
    this.#next++;
  }

  /** The pppd that is up now. */
  get pid(): number {
    return this.#next - 1;
  }

  /** A pppd ends, for this reason. */
  drop(pid: number, cause: Cause = "user-request"): void {
    const peer = this.processes.get(pid)?.argv[2] ?? "";
    this.processes.delete(pid);
    for (const name of ["isp", "second"]) this.files.delete(`/run/ppp-${name}.pid`);
    const endedAt = this.clock.wallTime();
    const times = { startedAt: endedAt - 10 * minute, upAt: endedAt - 9 * minute, endedAt };
    const id = `${pid}`;
    this.records.get(peer)?.delete("record.json");
    this.history.push({ version: 1, id, peer, origin: "as-is", attempt: 1, ...times, cause, sentence: cause });
  }

  start(...peers: readonly string[]): Promise<void> {
    return keep(
      {
        peers: (peers.length === 0 ? ["isp"] : peers).map(parsePeerName),
        signal: this.#stop.signal,
        onReady: () => void this.ready++,
        onEvent: () => undefined,
        onState: (_, state) => {
          const text = stateText(state);
          if (this.states.at(-1) !== text) this.states.push(text);
        },
      },
      this.world,
    );
  }

  async stop(kept: Promise<void>): Promise<void> {
    this.#stop.abort("SIGTERM");
    await this.clock.runUntil(kept);
    expect({ sleepers: this.clock.sleepers, processes: [...this.processes.keys()] }).toEqual({
      sleepers: 0,
      processes: [],
    });
  }
}

function stateText(state: KeepState): string {
  return state.kind === "waiting" ? "waiting" : `${state.kind} ${state.by}`;
}

describe("keep", () => {
  test("it brings the link up, and again at once when it was lost; at the end it is down", async () => {
    const fake = new KeptWorld();
    const kept = fake.start();
    await fake.clock.advance(minute);
    expect(fake.states).toEqual(["dialing isp", "up isp"]);
    expect(fake.ready).toBe(1);
    fake.drop(fake.pid, "pppd-crashed");
    await fake.clock.advance(3000);
    expect(fake.called).toEqual(["isp", "isp"]);
    fake.drop(fake.pid, "line-lost");
    await fake.clock.advance(3000);
    expect(fake.called).toHaveLength(3);
    expect(fake.states.slice(2)).toEqual(["dialing isp", "up isp", "dialing isp", "up isp"]);
    await fake.stop(kept);
  });

  test("failures: with growing pauses, for ever", async () => {
    const fake = new KeptWorld("PON_PAUSE_JITTER=0");
    for (let i = 0; i < 8; i++) fake.fates.push("failed");
    const kept = fake.start();
    // 0, 5, 15, 35, 75, 155, 315, 635, 1235 s
    await fake.clock.advance(634_000);
    expect(fake.called).toHaveLength(7);
    // `pppctl status` shows when it dials again.
    const wait = (): string => fake.records.get("isp")?.get("wait.json") ?? "";
    const { who, nextAt } = parseWaitRecord(wait()) ?? {};
    expect({ who, seconds: Math.round(((nextAt ?? 0) - fake.clock.wallTime()) / 1000) }).toEqual({
      who: "keep",
      seconds: 1,
    });
    await fake.clock.advance(602_000);
    expect(fake.called).toHaveLength(9);
    expect(fake.states.at(-1)).toBe("up isp");
    expect(wait()).toBe("");
    await fake.stop(kept);
  });

  test("settings are read anew before each dial; a mistake in them is said, and nothing is dialed until it is mended", async () => {
    const fake = new KeptWorld("PON_PAUSE=1h", "PON_PAUSE_MAX=1h");
    const path = "/etc/ppp/peers/isp";
    const good = fake.files.get(path) ?? "";
    fake.fates.push("failed", "failed");
    const kept = fake.start();
    await fake.clock.advance(10 * minute);
    expect(fake.called).toHaveLength(1);
    fake.files.set(path, good.replaceAll("1h", "1m"));
    await fake.clock.advance(10_000);
    expect(fake.called).toHaveLength(2);
    fake.files.set(path, good.replaceAll("1h", "soon"));
    await fake.clock.advance(10 * minute);
    expect(fake.called).toHaveLength(2);
    fake.files.set(path, good.replaceAll("1h", "1m"));
    await fake.clock.advance(10_000);
    expect(fake.states.at(-1)).toBe("up isp");
    await fake.stop(kept);
  });

  test("a pppd that redials by itself is left to it, and it is said that it waits", async () => {
    const fake = new KeptWorld();
    fake.files.set("/etc/ppp/peers/isp", `${fake.files.get("/etc/ppp/peers/isp")}\npersist`);
    fake.addProcess(900, ["/usr/sbin/pppd", "call", "isp"]);
    const pppd = { pid: 900, startTime: 9000 };
    const record = {
      version: 1,
      peer: "isp",
      linkname: "isp",
      phase: "waiting",
      attempt: 1,
      startedAt: 0,
      settled: true,
      pppd,
    };
    fake.world.stores.of("isp").write("record.json", JSON.stringify(record));
    const kept = fake.start();
    await fake.clock.advance(10 * minute);
    expect({ called: fake.called, states: fake.states }).toEqual({ called: [], states: ["waiting"] });
    fake.processes.delete(900);
    await fake.clock.advance(minute);
    expect(fake.states).toEqual(["waiting", "dialing isp", "up isp"]);
    await fake.stop(kept);
  });

  test("a peer with persist is dialed without: who redials is keep, by the policy, and by other providers", async () => {
    const fake = new KeptWorld("PON_FALLBACK=second");
    fake.files.set("/etc/ppp/peers/isp", `${fake.files.get("/etc/ppp/peers/isp")}\npersist\nmaxfail 0`);
    fake.fates.push("refused");
    const kept = fake.start();
    await fake.clock.advance(minute);
    expect(fake.called).toEqual(["isp", "second"]);
    fake.blocks.delete("isp");
    await fake.clock.advance(60 * minute);
    expect(fake.states.at(-1)).toBe("up isp");
    expect(fake.pppdStart?.args).toContain("nopersist");
    await fake.stop(kept);
  });

  test("one with demand is dialed as it stands: pppd waits for traffic", async () => {
    const fake = new KeptWorld();
    fake.files.set("/etc/ppp/peers/isp", `${fake.files.get("/etc/ppp/peers/isp")}\ndemand\nnoipv6\n10.0.0.2:10.0.0.1`);
    const kept = fake.start();
    await fake.clock.advance(minute);
    expect(fake.called).toEqual(["isp"]);
    expect(fake.pppdStart?.args).not.toContain("nopersist");
    await fake.stop(kept);
  });

  /** A `demand` peer whose pppd runs; `note`: what the hooks write of it. */
  function onDemand(...settings: readonly string[]): { fake: KeptWorld; note: (phase: "up" | "waiting") => void } {
    const fake = new KeptWorld(...settings);
    fake.files.set("/etc/ppp/peers/isp", `${fake.files.get("/etc/ppp/peers/isp")}\ndemand\nnoipv6\n10.0.0.2:10.0.0.1`);
    fake.addProcess(900, ["/usr/sbin/pppd", "call", "isp"]);
    fake.files.set("/run/ppp-isp.pid", "900\nppp0\n");
    const note = (phase: "up" | "waiting"): void => {
      const call = { startedAt: 0, connectedAt: fake.clock.wallTime(), iface: "ppp0", settled: phase === "waiting" };
      const record = {
        version: 1,
        peer: "isp",
        linkname: "isp",
        phase,
        attempt: 1,
        pppd: { pid: 900, startTime: 9000 },
      };
      fake.world.stores.of("isp").write("record.json", JSON.stringify({ ...record, ...call }));
    };
    note("up");
    return { fake, note };
  }

  test("demand: while pppd waits for traffic nothing is probed, which would be traffic", async () => {
    const { fake, note } = onDemand("PON_PROBE=ping 10.0.0.1", "PON_PROBE_PERIOD=10");
    const kept = fake.start();
    await fake.clock.advance(minute);
    const probes = (): number => fake.journal.filter((entry) => entry === "probe ping").length;
    expect(fake.states).toEqual(["up isp"]);
    expect(probes()).toBeGreaterThan(4);
    note("waiting");
    await fake.clock.advance(2000);
    const before = probes();
    await fake.clock.advance(10 * minute);
    expect({ states: fake.states, probes: probes() - before }).toEqual({ states: ["up isp", "waiting"], probes: 0 });
    note("up");
    await fake.clock.advance(minute);
    expect(fake.states.at(-1)).toBe("up isp");
    await fake.stop(kept);
  });

  test("demand: at the end of its billing unit an idle call is ended, and pppd waits for the next", async () => {
    const { fake, note } = onDemand("PON_UNIT=60", "PON_UNIT_IDLE=20");
    const drop = fake.onKill;
    fake.onKill = (pid, signal) => (signal === "SIGHUP" ? note("waiting") : drop(pid, signal));
    const kept = fake.start();
    const kills = (): readonly string[] => fake.journal.filter((entry) => entry.startsWith("kill"));
    await fake.clock.advance(10 * minute);
    expect({ kills: kills(), states: fake.states }).toEqual({
      kills: ["kill 900 SIGHUP"],
      states: ["up isp", "waiting"],
    });
    note("up");
    await fake.clock.advance(10 * minute);
    expect(kills()).toEqual(["kill 900 SIGHUP", "kill 900 SIGHUP"]);
    await fake.stop(kept);
  });

  test("a link that poff ended stays down until somebody brings it up", async () => {
    const fake = new KeptWorld();
    const kept = fake.start();
    await fake.clock.advance(minute);
    fake.drop(fake.pid);
    await fake.clock.advance(60 * minute);
    expect(fake.called).toHaveLength(1);
    fake.addProcess(900, ["/usr/sbin/pppd", "call", "isp"]);
    fake.files.set("/run/ppp-isp.pid", "900\nppp0\n");
    await fake.clock.advance(minute);
    expect(fake.states).toEqual(["dialing isp", "up isp", "waiting", "up isp"]);
    fake.drop(900, "line-lost");
    await fake.clock.advance(minute);
    expect(fake.called).toHaveLength(2);
    await fake.stop(kept);
  });

  test("a probe that fails so often in a row ends the link, and it is dialed again", async () => {
    const fake = new KeptWorld("PON_PROBE=ping 10.0.0.1", "PON_PROBE_PERIOD=30", "PON_PROBE_COUNT=2");
    const kept = fake.start();
    await fake.clock.advance(5 * minute);
    expect(fake.called).toHaveLength(1);
    const first = fake.pid;
    fake.probes.push(false, true, false, false);
    await fake.clock.advance(2 * minute);
    expect(fake.called).toHaveLength(2);
    expect(fake.journal.filter((entry) => entry.startsWith("kill"))).toEqual([`kill ${first} SIGTERM`]);
    await fake.stop(kept);
  });

  test("a signal between two probes that fail: the link is ended, as at any other time", async () => {
    const fake = new KeptWorld("PON_PROBE=ping 10.0.0.1", "PON_PROBE_PERIOD=30", "PON_PROBE_TIMEOUT=10");
    const kept = fake.start();
    await fake.clock.advance(20_000);
    fake.probes.push(false, false, false);
    await fake.clock.advance(15_000);
    expect(fake.probes).toHaveLength(2);
    await fake.stop(kept);
    expect(fake.history).toMatchObject([{ cause: "user-request" }]);
  });

  test("a refused password: one call, then the other provider; back to the first when it is unblocked and the time is over", async () => {
    const fake = new KeptWorld("PON_FALLBACK=second", "PON_RETURN=1h");
    fake.fates.push("refused");
    const kept = fake.start();
    await fake.clock.advance(120 * minute);
    expect(fake.called).toEqual(["isp", "second"]);
    expect(fake.states).toEqual(["dialing isp", "dialing second", "up second"]);
    fake.blocks.delete("isp");
    await fake.clock.advance(minute);
    expect(fake.called).toEqual(["isp", "second", "isp"]);
    expect(fake.states.at(-1)).toBe("up isp");
    await fake.stop(kept);
  });

  test("two peers in one process: what happens to one is nothing to the other", async () => {
    const fake = new KeptWorld();
    fake.fates.push("up", "refused");
    const kept = fake.start("isp", "second");
    await fake.clock.advance(10 * minute);
    expect(fake.called).toEqual(["isp", "second"]);
    fake.drop(600, "line-lost");
    await fake.clock.advance(10 * minute);
    expect(fake.called).toEqual(["isp", "second", "isp"]);
    fake.blocks.delete("second");
    await fake.clock.advance(minute);
    expect(fake.called).toEqual(["isp", "second", "isp", "second"]);
    await fake.stop(kept);
  });

  test("blocked, and no other provider: it waits until `pppctl unblock`", async () => {
    const fake = new KeptWorld();
    fake.fates.push("refused");
    const kept = fake.start();
    await fake.clock.advance(60 * minute);
    expect(fake.called).toHaveLength(1);
    fake.blocks.delete("isp");
    await fake.clock.advance(10_000);
    expect(fake.states.at(-1)).toBe("up isp");
    await fake.stop(kept);
  });

  test("just before its next billing unit a link that nobody uses is hung up, and stays down; a probe of ours is no use", async () => {
    const settings = ["PON_UNIT=60", "PON_UNIT_IDLE=20", "PON_PROBE=ping 10.0.0.1", "PON_PROBE_PERIOD=15"];
    const fake = new KeptWorld(...settings);
    const pass = (): void => {
      const { sent = 0 } = fake.interfaceBytes.get("ppp0") ?? {};
      fake.interfaceBytes.set("ppp0", { sent: sent + 84, received: sent + 84 });
    };
    const { probe } = fake.world;
    Object.assign(fake.world, {
      probe: (...asked: Parameters<typeof probe>) => {
        pass();
        return probe(...asked);
      },
    });
    pass();
    const kept = fake.start();
    // Somebody uses it until 10 s before the end of the second unit.
    for (let second = 0; second < 110; second += 10) {
      await fake.clock.advance(10_000);
      pass();
    }
    await fake.clock.advance(49_000);
    expect(fake.states).toEqual(["dialing isp", "up isp"]);
    const first = fake.pid;
    await fake.clock.advance(14_000);
    expect(fake.journal.filter((entry) => entry.startsWith("kill"))).toEqual([`kill ${first} SIGTERM`]);
    expect(fake.said).toContain(
      `pppctl: the link of pppd ${first} is idle (for 20 s, before the next billing unit of 60 s): hanging up`,
    );
    await fake.clock.advance(60 * minute);
    expect(fake.called).toHaveLength(1);
    expect(fake.states.at(-1)).toBe("waiting");
    await fake.stop(kept);
  });

  test("a link whose time is used up is ended, whoever has brought it up, and dialed again the next day", async () => {
    const fake = new KeptWorld("PON_DAY_TIME=1h");
    const kept = fake.start();
    await fake.clock.advance(59 * minute);
    expect(fake.states).toEqual(["dialing isp", "up isp"]);
    const drop = fake.onKill;
    fake.onKill = (pid) => {
      const endedAt = fake.clock.wallTime();
      drop(pid, "SIGTERM");
      fake.history.splice(-1, 1, {
        ...(fake.history.at(-1) as (typeof fake.history)[0]),
        startedAt: endedAt - 3_590_000,
        upAt: endedAt - 3_590_000,
      });
    };
    await fake.clock.advance(2 * minute);
    expect(fake.said).toContain("pppctl: the link of pppd 600 has used up its time (PON_DAY_TIME): hanging up");
    expect(fake.states.at(-1)).toBe("waiting");
    await fake.clock.advance(22 * 60 * minute);
    expect(fake.called).toHaveLength(1);
    await fake.clock.advance(60 * minute);
    expect({ called: fake.called.length, watchers: fake.journal.filter((entry) => entry.startsWith("watch")) }).toEqual(
      {
        called: 2,
        watchers: [],
      },
    );
    await fake.stop(kept);
  });

  test("an idle link that somebody else has ended, as its watcher: it stays down, too", async () => {
    const fake = new KeptWorld("PON_UNIT=60", "PON_UNIT_IDLE=20");
    const kept = fake.start();
    await fake.clock.advance(30_000);
    fake.drop(fake.pid, "idle");
    await fake.clock.advance(60 * minute);
    expect({ called: fake.called, state: fake.states.at(-1) }).toEqual({ called: ["isp"], state: "waiting" });
    await fake.stop(kept);
  });

  test("without PON_UNIT_IDLE a billing unit ends no call", async () => {
    const fake = new KeptWorld("PON_UNIT=60");
    const kept = fake.start();
    await fake.clock.advance(60 * minute);
    expect(fake.states).toEqual(["dialing isp", "up isp"]);
    await fake.stop(kept);
  });

  test("a mistake in a peer's file ends it before anything is dialed", async () => {
    const fake = new KeptWorld("PON_RETURN=soon");
    await expect(fake.start()).rejects.toMatchObject({ exitCode: 2 });
    expect(fake.called).toEqual([]);
    expect(fake.ready).toBe(0);
  });
});
