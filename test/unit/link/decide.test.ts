import { describe, expect, test } from "vitest";
import { type Cause, causes } from "../../../src/link/causes.ts";
import { choosePeer } from "../../../src/link/choose-peer.ts";
import { type Decision, decide } from "../../../src/link/decide.ts";
import type { PastCall } from "../../../src/link/past-call.ts";
import type { Settings } from "../../../src/link/setting-table.ts";
import { local, monday8, pastCall, settingsOf } from "./policy-fixture.ts";

const noJitter = "PON_PAUSE_JITTER=0";

/** Fail with each cause in turn, dialing when the policy says; the pauses in seconds, or what ended it. */
function pausesAfter(list: readonly Cause[], settings: Settings): (number | string)[] {
  const calls: PastCall[] = [];
  const pauses: (number | string)[] = [];
  let now = monday8;
  let number = decideNow(calls, settings, now, "start");
  for (const cause of list) {
    calls.push(pastCall(cause, { startedAt: now, number: "number" in number ? number.number : undefined }));
    now += 1000;
    const next = decideNow(calls, settings, now, "after");
    if (!("at" in next)) {
      pauses.push(next.action);
      break;
    }
    pauses.push(next.action === "next-number" ? `next ${next.number}` : (next.at - now) / 1000);
    now = next.at;
    number = next;
  }
  return pauses;
}

function decideNow(calls: readonly PastCall[], settings: Settings, now: number, when: "after" | "start"): Decision {
  return decide({ settings, calls, now: local(now), random: 0, when });
}

describe("from causes to pauses", () => {
  test.each([
    ["busy: quickly, then slower", Array(8).fill("busy"), [5, 5, 5, 10, 20, 40, 80, 160]],
    [
      "a timeout: slower each time, to the ceiling",
      Array(9).fill("lcp-timeout"),
      [5, 10, 20, 40, 80, 160, 320, 600, 600],
    ],
    ["a lost line: at once, then slower", Array(4).fill("line-lost"), [0, 10, 20, 40]],
    ["no device: it is looked for twice a minute", Array(6).fill("device-missing"), [5, 10, 20, 30, 30, 30]],
    ["no dial tone", Array(5).fill("no-dialtone"), [5, 10, 20, 30, 30]],
    ["a refused password: once", ["auth-refused"], ["block"]],
    ["a wrong PIN: once", ["sim-pin"], ["block"]],
    ["no secret", ["no-secret"], ["block"]],
    ["an option that pppd refuses", ["option-error"], ["block"]],
    ["a voice: somebody's telephone", ["voice"], [5]],
    ["hung up by the user", ["user-request"], ["stop"]],
    ["of no use before a change", ["no-kernel-ppp"], ["stop"]],
    ["causes in turn count together", ["busy", "no-carrier", "line-lost", "lcp-timeout"], [5, 10, 20, 40]],
  ] as [string, Cause[], (number | string)[]][])("%s", (_, list, pauses) => {
    expect(pausesAfter(list, settingsOf(noJitter))).toEqual(pauses);
  });

  test.each([
    [
      ["PON_PAUSE=60", "PON_PAUSE_FACTOR=3", "PON_PAUSE_MAX=1h"],
      Array(6).fill("no-carrier"),
      [60, 180, 540, 1620, 3600, 3600],
    ],
    [["PON_PAUSE=20m", "PON_PAUSE_MAX=10m"], ["no-carrier"], [600]],
    [["PON_TRIES=2"], ["auth-refused", "auth-refused"], [5, "block"]],
    [["PON_TRIES=2"], ["auth-refused", "busy", "auth-refused"], [5, 5, "block"]],
    [["PON_TRIES=3"], ["auth-refused", "sim-pin", "busy", "auth-refused"], [5, 10, 5, "block"]],
    [["PON_ON=auth-refused=wait busy=stop"], ["auth-refused", "busy"], [5, "stop"]],
    [["PON_ON=lcp-timeout=block"], ["lcp-timeout"], ["block"]],
    [["PON_ON=no-carrier=again"], ["no-carrier", "no-carrier"], [0, 10]],
  ] as [string[], Cause[], (number | string)[]][])("%j", (lines, list, pauses) => {
    expect(pausesAfter(list, settingsOf(noJitter, ...lines))).toEqual(pauses);
  });

  test.each(Object.keys(causes) as Cause[])(
    "%s: a decision with a reason, which nobody can take for another's",
    (cause) => {
      const decision = decideNow([pastCall(cause)], settingsOf(), monday8 + 1000, "after");
      expect(decision.reason).not.toBe("");
      const { retry } = causes[cause];
      if (retry === "stop") expect(decision.action).toBe("stop");
      if (retry === "again") expect(decision).toMatchObject({ action: "again", at: monday8 + 1000 });
      if (retry === "after-wait") expect(decision.action).toBe("wait");
      // Another number, or a provider that is in order again: they come without anybody's doing.
      if (cause === "voice" || cause === "no-ppp") expect(decision.action).toBe("wait");
      else if (retry === "not-before-change") expect(["stop", "block"]).toContain(decision.action);
    },
  );

  test("a call that held makes the pauses short again; one that did not, does not", () => {
    const settings = settingsOf(noJitter);
    const failed = Array.from({ length: 5 }, () => pastCall("no-carrier"));
    const held = pastCall("line-lost", { onlineMs: 46_000, upMs: 45_000 });
    const flapped = pastCall("line-lost", { onlineMs: 46_000, upMs: 44_999 });
    expect(decideNow([...failed, held], settings, held.endedAt, "after")).toMatchObject({
      action: "again",
      at: held.endedAt,
    });
    const again = pastCall("no-carrier", { startedAt: held.endedAt - 1000 });
    expect(decideNow([...failed, held, again], settings, held.endedAt, "after")).toMatchObject({
      at: held.endedAt + 5000,
    });
    expect(decideNow([...failed, flapped], settings, flapped.endedAt, "after")).toMatchObject({
      at: flapped.endedAt + 160_000,
    });
  });

  test("jitter makes a pause longer, never shorter", () => {
    const at = (random: number): unknown => {
      const calls = [pastCall("no-carrier")];
      const settings = settingsOf("PON_PAUSE=100", "PON_PAUSE_JITTER=20");
      return decide({ settings, calls, now: local(monday8 + 1000), random, when: "after" });
    };
    expect(at(0)).toMatchObject({ at: monday8 + 101_000 });
    expect(at(1)).toMatchObject({ at: monday8 + 121_000 });
  });
});

describe("who begins anew", () => {
  test.each([
    ["no-ppp", 1, "wait"],
    ["no-ppp", 6, "again"],
    ["auth-refused", 1, "wait"],
    ["user-request", 1, "again"],
    ["busy", 5, "wait"],
    ["busy", 6, "again"],
  ] as [Cause, number, string][])("%s, %i s ago: %s", (cause, seconds, action) => {
    const decision = decideNow([pastCall(cause)], settingsOf(noJitter), monday8 + seconds * 1000, "start");
    expect(decision.action).toBe(action);
  });

  test("a clock that was set ends a pause: who asks again and again would wait for ever", () => {
    const calls = [pastCall("busy"), pastCall("busy")];
    const settings = settingsOf(noJitter);
    for (const back of [60_000, 86_400_000, 86_400_000 * 9000]) {
      for (const when of ["start", "after"] as const)
        expect(decideNow(calls, settings, monday8 - back, when)).toMatchObject({ at: monday8 - back });
    }
    expect(decideNow(calls, settings, monday8 + 86_400_000 * 9000, "start").action).toBe("again");
  });
});

describe("numbers", () => {
  const settings = settingsOf(noJitter, "PON_PHONE=1|2|3:4:5|6");

  test("the next of the group at once, then after a pause the next group, then from the beginning", () => {
    expect(pausesAfter(Array(7).fill("busy"), settings)).toEqual(["next 2", "next 3", 5, 5, "next 6", 5, "next 2"]);
  });

  test("a lost device or dial tone says nothing of the number, a refused password is refused at each", () => {
    for (const cause of ["device-missing", "no-dialtone", "modem-silent"] as const) {
      const decision = decideNow([pastCall(cause, { number: "1" })], settings, monday8 + 1000, "after");
      expect(decision).toMatchObject({ action: "wait", number: "1" });
    }
    expect(decideNow([pastCall("auth-refused", { number: "1" })], settings, monday8 + 1000, "after").action).toBe(
      "block",
    );
  });

  test("after a call that held, the next group", () => {
    const held = pastCall("line-lost", { number: "2", onlineMs: 99_000, upMs: 90_000 });
    expect(decideNow([held], settings, held.endedAt, "after")).toMatchObject({ action: "again", number: "4" });
  });

  test("PON_ON keeps a number, or leaves it", () => {
    const keeps = settingsOf(noJitter, "PON_PHONE=1|2", "PON_ON=busy=wait");
    expect(pausesAfter(["busy", "no-carrier"], keeps)).toEqual([5, "next 2"]);
    const leaves = settingsOf(noJitter, "PON_PHONE=1|2", "PON_ON=auth-refused=next-number");
    expect(pausesAfter(["auth-refused", "auth-refused"], leaves)).toEqual(["next 2", 5]);
  });

  test("what the modem's dialogue shows of a number is enough", () => {
    const groups = settingsOf(noJitter, "PON_PHONE=T876 54-32|1:21|5");
    const next = (number: string) => decideNow([pastCall("busy", { number })], groups, monday8 + 1000, "after");
    expect(next("8765432")).toMatchObject({ number: "1" });
    expect(next("0,8765432")).toMatchObject({ number: "1" });
    expect(next("0w21")).toMatchObject({ number: "5" });
    expect(next("0w1")).toMatchObject({ action: "wait", number: "21" });
    expect(next("8765432,,1234")).toMatchObject({ number: "1" });
  });

  test("a script that makes one number of two does not hammer on it", () => {
    // It dials `0\T`: 301234 becomes the first one.
    const groups = settingsOf(noJitter, "PON_PHONE=0301234|301234");
    const calls = [pastCall("busy", { number: "0301234" })];
    const decisions = Array.from({ length: 5 }, (_, i) => {
      const now = monday8 + 1000 * (i + 1);
      const decision = decideNow(calls, groups, now, "after");
      calls.push(pastCall("busy", { startedAt: now, number: "0301234" }));
      return decision.action;
    });
    expect(decisions).toEqual(["next-number", "wait", "wait", "wait", "wait"]);
  });

  test("a number that is no longer in the list: from the beginning", () => {
    const decision = decideNow([pastCall("busy", { number: "99" })], settings, monday8 + 1000, "after");
    expect(decision).toMatchObject({ action: "wait", number: "1" });
  });
});

describe("several providers", () => {
  const wait = (seconds: number): Decision =>
    decideNow(
      [pastCall("no-carrier", { startedAt: monday8 + (seconds - 6) * 1000 })],
      settingsOf(noJitter),
      monday8,
      "start",
    );
  const ready = decideNow([], settingsOf(), monday8, "start");
  const block: Decision = { action: "block", cause: "auth-refused", reason: "refused" };

  test.each([
    ["the first, when it may be", [ready, ready], { kind: "dial", peer: 0 }],
    ["the second while the first waits", [wait(3), ready], { kind: "dial", peer: 1 }],
    ["the second when the first is blocked", [block, ready], { kind: "dial", peer: 1 }],
    ["whichever waits least", [wait(5), wait(2), wait(4)], { kind: "wait", peer: 1, until: monday8 + 2000 }],
    ["nobody", [block, block], { kind: "none", peer: 0 }],
  ] as [string, [Decision, ...Decision[]], object][])("%s", (_, [first, ...rest], choice) => {
    const others = rest.map((decision, index) => ({ peer: index + 1, decision }));
    expect(choosePeer([{ peer: 0, decision: first }, ...others], monday8)).toMatchObject(choice);
  });
});
