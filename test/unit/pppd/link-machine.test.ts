import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptEvents, type LinkInput, type LinkState, startLink, stepLink } from "../../../src/pppd/link-machine.ts";
import { parsePppdLine } from "../../../src/pppd/parse-pppd-line.ts";
import { readPppdLog } from "./read-pppd-log.ts";
import { sampleLines } from "./sample-lines.ts";

/** Every state of a log's life; line i comes at time i. */
function follow(state: LinkState, lines: readonly string[]): LinkState[] {
  let now = state;
  return lines.map((line, at) => {
    now = stepLink(now, { type: "log", event: parsePppdLine(line), at });
    return now;
  });
}

const textsOf = (log: string) => readPppdLog(log).map((event) => event.text);
const once = startLink({ network: "ip", redials: false });

describe("stepLink", () => {
  it("goes from starting to up and to ended", () => {
    const states = follow(once, textsOf("up-then-poff"));
    expect(states.map((state) => state.phase)).toEqual([
      ...["starting", "negotiating", "negotiating", "negotiating", "network", "network"],
      ...["network", "up", "up", "up", "up"],
      ...["ending", "ending", "ending", "ending", "ending"],
    ]);
    const last = stepLink(states.at(-1) as LinkState, { type: "exit", status: 5, at: 20 });
    expect(last).toMatchObject({
      phase: "ended",
      version: "2.4.9",
      iface: "ppp0",
      device: "/dev/ttyS1",
      local: "10.64.64.2",
      remote: "10.64.64.1",
      dns: ["10.64.64.53", "10.64.64.54"],
      connectedAt: 3,
      upAt: 7,
      endedAt: 11,
      minutes: 2.5,
      bytes: { sent: 18446, received: 99210 },
      exit: { status: 5, signal: undefined },
      attempt: 1,
    });
  });

  it("is up with link-local addresses when there is no IPv4", () => {
    const lines = ["Connect: ppp0 <--> /dev/ttyS1", "local  LL address fe80::1", "remote LL address fe80::2"];
    expect(follow(startLink({ network: "ipv6", redials: false }), lines).at(-1)?.phase).toBe("up");
    expect(follow(once, lines).at(-1)?.phase).toBe("network");
  });

  it("stays up when only IPv6 fails", () => {
    const lines = [...textsOf("up-then-poff").slice(0, 8), "IPV6CP: timeout sending Config-Requests"];
    expect(follow(once, lines).at(-1)?.phase).toBe("up");
  });

  it("counts no attempt that was not dialed", () => {
    const call = ["Connect: ppp0 <--> /dev/ttyS1", "PAP authentication failed", "Connection terminated."];
    const refused = ["pppctl: isp is blocked since 2024-11-20 22:00: why", "hint: mend it", "Connect script failed"];
    const redials = startLink({ network: "ip", redials: true });
    const last = follow(redials, [...call, ...refused, ...refused]).at(-1);
    expect(last).toMatchObject({ attempt: 1, phase: "waiting" });
    expect(last?.events.map(({ kind }) => kind)).toContain("auth-failed");
    expect(follow(last ?? redials, ["Connect script failed"]).at(-1)).toMatchObject({ attempt: 2, phase: "waiting" });
  });

  it("counts the attempts of a pppd that redials, and forgets the last call", () => {
    const states = follow(startLink({ network: "ip", redials: true }), textsOf("redialed-then-refused"));
    expect(states.map((state) => [state.attempt, state.phase])).toEqual([
      ...[1, 1, 1, 1, 1, 1, 1].map((n, i) => [
        n,
        ["starting", "negotiating", "negotiating", "negotiating", "network", "network", "up"][i],
      ]),
      ...[
        [1, "ending"],
        [1, "ending"],
        [1, "ending"],
        [1, "waiting"],
      ],
      [2, "waiting"],
      ...[
        [3, "negotiating"],
        [3, "negotiating"],
        [3, "negotiating"],
        [3, "authenticating"],
        [3, "ending"],
      ],
      [3, "waiting"],
      [3, "ending"],
    ]);
    expect(states.at(-1)).toMatchObject({ local: undefined, upAt: undefined });
    expect(states.at(-1)?.events.map((event) => event.kind)).toEqual([
      ...["serial-connected", "interface", "connect", "remote-message", "auth-failed", "terminated", "exit"],
    ]);
  });

  it("takes nothing after the end", () => {
    const ended = stepLink(once, { type: "exit", signal: "SIGKILL", at: 1 });
    expect(ended).toMatchObject({ phase: "ended", endedAt: 1, exit: { status: undefined, signal: "SIGKILL" } });
    expect(stepLink(ended, { type: "log", event: parsePppdLine("Using interface ppp0"), at: 2 })).toBe(ended);
  });

  it("whatever comes: up only with both addresses, bounded memory, no phase back within a call", () => {
    const order = [
      "starting",
      "dialing",
      "negotiating",
      "authenticating",
      "network",
      "up",
      "ending",
      "waiting",
      "ended",
    ];
    const lines = fc.array(fc.constantFrom(...sampleLines.map(([line]) => line)), { maxLength: 300 });
    fc.assert(
      fc.property(lines, fc.boolean(), (texts, redials) => {
        let before = startLink({ network: "ip", redials });
        texts.forEach((text, at) => {
          const input: LinkInput = { type: "log", event: parsePppdLine(text), at };
          const after = stepLink(before, input);
          if (after.phase === "up") {
            expect(after.local).toBeDefined();
            expect(after.remote).toBeDefined();
            expect(after.upAt).toBeDefined();
          }
          expect(after.events.length).toBeLessThanOrEqual(keptEvents);
          if (after.attempt === before.attempt && before.phase !== "waiting") {
            expect(order.indexOf(after.phase)).toBeGreaterThanOrEqual(order.indexOf(before.phase));
          }
          before = after;
        });
      }),
    );
  });
});
