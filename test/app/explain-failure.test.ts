import { describe, expect, test } from "vitest";
import { type Explanation, explainFailure } from "../../src/app/explain-failure.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import { FakeWorld } from "./fake-world.ts";

const isp = parsePeerName("isp");
const busy = "the modem answered BUSY";

function entry(peer: string, cause: HistoryEntry["cause"], endedAt: number, sentence: string = cause): HistoryEntry {
  const id = `${peer}${endedAt}`;
  return { version: 1, id, peer, origin: "direct", attempt: 1, startedAt: 1, endedAt, cause, sentence, exitStatus: 8 };
}

/** A log of one call that ended so. */
function logOf(fake: FakeWorld, peer: string, ...lines: readonly string[]): void {
  const log = fake.world.stores.of(peer).logFile;
  fake.files.set(log, `${["Connect: ppp0 <--> /dev/ttyS1", ...lines, "Connection terminated."].join("\n")}\n`);
}

describe("of all calls the one that failed last", () => {
  test("also where its peer has been up since", async () => {
    const fake = new FakeWorld();
    fake.history.push(entry("isp", "busy", 2, busy), entry("isp", "user-request", 3), entry("other", "idle", 4));
    logOf(fake, "isp", "Terminating on signal 15");
    const { evidence, ...said } = await explainFailure({ kind: "last" }, fake.world);
    expect(said).toMatchObject({ peer: "isp", cause: "busy", sentence: busy, exitStatus: 8 });
    // Those lines are of the later call.
    expect(evidence).toEqual([]);
  });

  test("with its lines where it is the last of its peer", async () => {
    const fake = new FakeWorld();
    fake.history.push(entry("isp", "line-lost", 2), entry("other", "idle", 4));
    logOf(fake, "isp", "Modem hangup");
    expect(await explainFailure({ kind: "last" }, fake.world)).toMatchObject({ evidence: ["Modem hangup"] });
  });
});

describe("of a peer whose pppd lives", () => {
  const explain = (fake: FakeWorld): Promise<Explanation> => explainFailure({ kind: "peer", peer: isp }, fake.world);
  /** pppd has no line open: it waits, unless its interface has an address. */
  const persistent = (...calls: readonly HistoryEntry[]): FakeWorld => {
    const fake = new FakeWorld({ peer: ["persist"] });
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    fake.openFiles.set(600, []);
    fake.history.push(...calls);
    return fake;
  };

  test("and dials again: why the last call failed", async () => {
    expect(await explain(persistent(entry("isp", "busy", 2, busy)))).toMatchObject({ cause: "busy", sentence: busy });
  });

  test("and whose link is up, or whose calls ended as they should: nothing has ended", async () => {
    const up = persistent(entry("isp", "busy", 2, busy));
    up.files.set("/run/ppp-isp.pid", "600\nppp0\n");
    up.addresses.set("ppp0", ["10.0.0.2"]);
    for (const fake of [up, persistent(entry("isp", "busy", 2), entry("isp", "idle", 3)), persistent()]) {
      await expect(explain(fake)).rejects.toMatchObject({ code: "explain.alive", exitCode: 1 });
    }
  });
});
