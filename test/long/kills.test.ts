import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../tools/chat-fuzz/seeded-random.ts";
import { inCheckout, useGuest } from "../vm/guest.ts";
import { useIsp } from "../vm/isp.ts";

/**
 * kill -9 at random moments of a call, of pon alone, of pppd alone, of both: the next `status` is true, the next `pon` works, nothing
 * is left behind, and the history has each call once. The moments are those of a fixed seed; PPPCTL_SEED and PPPCTL_KILLS choose others.
 */
const seed = Number(process.env["PPPCTL_SEED"] ?? 20261125);
const kills = Number(process.env["PPPCTL_KILLS"] ?? 50);

const guest = useGuest();
const isp = useIsp(guest, { line: "pty" });
afterEach(isp.expectNothingLeft);

const history = "/var/lib/pppctl/history.jsonl";
/** Not the agent's pgrep: as the kernel has them. */
const patterns = { pon: "pon-main.js demo", pppd: "pppd call demo" } as const;
const targets = { pon: patterns.pon, pppd: patterns.pppd, both: `${patterns.pon}|${patterns.pppd}` } as const;
type Target = keyof typeof targets;

/** A call takes two seconds here, or twice that on a busy machine; some moments are after it, when the link is up. */
const longestMs = 4500;

interface Kill {
  readonly n: number;
  readonly target: Target;
  readonly ms: number;
  /** With our hook runner, which keeps the record when pon has gone, or without any. */
  readonly hooks: boolean;
}

function chooseKills(): readonly Kill[] {
  const names = Object.keys(targets) as Target[];
  return Array.from({ length: kills }, (_, n) => {
    const random = seededRandom(seed, n);
    return { n, target: random.pick(names), ms: random.below(longestMs), hooks: random.chance(0.5) };
  });
}

interface Call {
  readonly id: string;
  readonly peer: string;
  readonly cause: string;
  readonly upAt?: number;
}

async function calls(): Promise<readonly Call[]> {
  if (!(await guest.exists(history))) return [];
  const lines = (await guest.readFile(history)).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line) as Call).filter(({ peer }) => peer === "demo");
}

/** pppd, also one that waits in its options. */
const pppds = async (): Promise<readonly number[]> =>
  (await guest.processes()).filter(({ argv }) => argv.join(" ").includes(patterns.pppd)).map(({ pid }) => pid);

const short = ["lcp-echo-interval 1", "lcp-echo-failure 3", "lcp-restart 1", "lcp-max-terminate 1"];
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];

beforeAll(() => guest.remove(history));
afterAll(() => guest.remove(history));

test.each(chooseKills())("kill $n: $target after $ms ms (hooks: $hooks)", async ({ target, ms, hooks }) => {
  await isp.writePeer("demo", { options: [...short, "child-timeout 60", ...(hooks ? [] : noHooks)] });
  const before = await calls();
  const pon = await isp.spawn("pon", "demo");
  const seconds = (ms / 1000).toFixed(3);
  await guest.run(["sh", "-c", `sleep ${seconds}; exec pkill -KILL -f "$0"`, targets[target]]);

  // Of a pppd that has lost its pon and still waits, or of a pon that has lost its pppd, both at work: either is true.
  const [early] = [await pppds()];
  const seen = await isp.run("pppctl", "status", "demo", "--json");
  const late = await pppds();
  const [{ state, pid }] = JSON.parse(seen.stdout);
  if (target !== "pppd" && late.length > 0 && early.join() === late.join()) {
    expect(state).not.toBe("down");
    expect(late).toContain(pid);
  }
  if (early.length === 0 && target !== "pppd") expect(state).toBe("down");
  expect(seen.status).toBe(state === "up" ? 0 : 3);

  // pon says why, when it is pppd that was killed under it.
  const said = await pon.wait();
  if (target === "pppd" && said.status !== 0) expect(said.stderr).toMatch(/^pon: demo: .+\nhint: /m);
  const dialed = (await isp.events()).some(({ event }) => event === "dial");
  if ((await pppds()).length > 0) {
    const poff = await isp.run("poff", "demo");
    // It may have ended by itself meanwhile.
    expect([0, 1]).toContain(poff.status);
  }
  await guest.waitFor({ noProcess: patterns.pppd });
  await guest.waitFor({ noProcess: "hook-main" });
  const down = await isp.run("pppctl", "status", "demo", "--json");
  expect(JSON.parse(down.stdout)).toMatchObject([{ peer: "demo", state: "down" }]);
  const broken = (await calls()).slice(before.length);
  expect(broken.length).toBeLessThanOrEqual(1);
  if (dialed) expect(broken).toHaveLength(1);

  const again = await isp.run("pon", "demo");
  expect(again).toMatchObject({ status: 0, stdout: expect.stringMatching(/^demo: up on ppp\d+, 10\.64\.0\.2 /) });
  await guest.waitFor({ noProcess: "hook-main" });
  expect(await isp.run("poff", "demo")).toMatchObject({ status: 0 });
  const after = (await calls()).slice(before.length);
  expect(after).toHaveLength(broken.length + 1);
  expect(after.at(-1)).toMatchObject({ cause: "user-request", upAt: expect.any(Number) });
  expect(new Set((await calls()).map(({ id }) => id)).size).toBe(before.length + after.length);
  expect(await guest.list("/run/pppctl/demo")).not.toContain("record.json");
});

test("the commands agree on how many calls there were", async () => {
  const listed = JSON.parse((await guest.run([inCheckout("bin/pppctl"), "history", "demo", "--json"])).stdout);
  expect(listed.calls).toHaveLength((await calls()).length);
});
