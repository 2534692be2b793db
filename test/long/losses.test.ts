import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { numbers, providerCommand, rates, useIsp } from "../vm/isp.ts";

/** A carrier that is lost again and again, under real pppd 2.4.9. */

const guest = useGuest();
const state = "/var/lib/pppctl";
const modemLog = "/tmp/isp/modem.log";
/** A dead line is noticed within some 3 s, because a pty shows no carrier. */
const quickEcho = ["lcp-restart 1", "lcp-max-terminate 1", "lcp-echo-interval 1", "lcp-echo-failure 2"];

const provider = { rate: rates.modem, to: { command: providerCommand("noauth") } };
const lost = "5553001";
const losses = 10;
const more = {
  numbers: {
    [numbers.up]: provider,
    [lost]: {
      byCall: [...Array.from({ length: losses }, () => ({ ...provider, carrierLostAfterMs: 5000 })), provider],
    },
  },
};

describe("a carrier that is lost", () => {
  const isp = useIsp(guest, { line: "pty", more });
  beforeAll(() => guest.remove(state));
  afterEach(isp.expectNothingLeft);
  afterAll(() => guest.remove(state));

  /** Milliseconds since 1970. */
  const dialTimes = async (): Promise<number[]> =>
    (await guest.readFile(modemLog))
      .split("\n")
      .filter((line) => line.includes('"event":"dial"'))
      .map((line) => Date.parse((JSON.parse(line) as { wall: string }).wall));

  test(`persist: the carrier is lost ${losses} times in a row, and the pauses grow`, async () => {
    const pauses = ["set PON_PAUSE=2", "set PON_PAUSE_FACTOR=1.3", "set PON_PAUSE_JITTER=0"];
    const options = ["persist", "maxfail 0", "holdoff 1", "child-timeout 60", ...pauses, ...quickEcho];
    await isp.writePeer("lost", { number: lost, options });
    expect(await isp.run("pon", "lost")).toMatchObject({ status: 0 });
    await guest.waitForFile(modemLog, new RegExp(`(?:"event":"connect"[\\s\\S]*){${losses + 1}}`), 600_000);
    const { stdout } = await isp.run("pppctl", "history", "lost", "--json");
    const { calls } = JSON.parse(stdout) as { calls: { endedAt: number; cause: string }[] };
    expect(calls).toHaveLength(losses);
    for (const { cause } of calls) expect(["echo-timeout", "line-lost", "lcp-timeout"]).toContain(cause);
    // The first loss is no pattern: at once. Then each pause is longer by the factor, whatever pppd's own holdoff is.
    const gaps = (await dialTimes()).slice(1).map((at, i) => at - (calls[i]?.endedAt ?? 0));
    expect(gaps).toHaveLength(losses);
    gaps.forEach((gap, i) => {
      const pause = i === 0 ? 0 : 2000 * 1.3 ** i;
      expect(gap).toBeGreaterThanOrEqual(pause);
      expect(gap).toBeLessThan(pause + 15_000);
    });
    expect(await isp.run("poff", "lost")).toMatchObject({ status: 0 });
  });
});
