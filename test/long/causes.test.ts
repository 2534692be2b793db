import { afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Cause, causeRow, causes } from "../../src/link/causes.ts";
import { type GuestProcess, inCheckout, useGuest } from "../vm/guest.ts";
import { numbers, type PeerText, providerCommand, rates, useIsp } from "../vm/isp.ts";
import {
  abortString,
  callbackOptions,
  callbackProvider,
  deniedDevice,
  forbidLocks,
  installCallbackPeer,
  leaveNoRoom,
  mppeOptions,
  plugInModem,
  pulledOut,
  pullOutModem,
  user,
  wrongPin,
} from "../vm/rare-ends.ts";

/**
 * The causes that the vm tier leaves out, each produced for real: `pon`'s line, its exit status, `explain`, `history --json` and
 * `status --json` agree. The last test is the list of all causes and of where each is produced.
 */
const guest = useGuest();
const call = (command: readonly string[]) => ({ rate: rates.modem, to: { command } });
const more = {
  numbers: {
    [numbers.up]: call(providerCommand("noauth")),
    [numbers.noAnswer]: "no-answer",
    [numbers.voice]: "voice",
    [numbers.mutePeer]: { rate: rates.modem, to: "silent" },
    [numbers.callsBack]: call(callbackProvider),
  },
  answers: { ...abortString.answers, ...wrongPin.answers },
};
const isp = useIsp(guest, { line: "pty", more });
afterEach(isp.expectNothingLeft);
beforeAll(() => guest.remove("/var/lib/pppctl/history.jsonl"));

interface Scenario {
  /** Where it is not the scenario's name. */
  readonly cause?: Cause;
  readonly peer: PeerText;
  /** Words of pon before and after the peer. */
  readonly words?: readonly [before: readonly string[], after: readonly string[]];
  /** Not root, but in pppd's group. */
  readonly asUser?: true;
  /** What it gives back puts things right again. */
  readonly before?: () => Promise<() => Promise<void>>;
  readonly during?: (pon: GuestProcess, name: string) => Promise<unknown>;
  readonly statuses: readonly number[];
  /** In pon's line; the others say it whole. */
  readonly says: string;
}

/** pppd stays in the foreground, so that pon sees the end of a link that was up. */
const foreground = [[], ["nodetach"]] as const;
const untilUp = (name: string) => guest.waitForFile(`/run/pppctl/${name}/pppd.log`, /remote IP address/);

const scenarios: Readonly<Record<string, Scenario>> = {
  "option-error": {
    peer: { options: ["mru much"] },
    statuses: [2],
    says: "/etc/ppp/peers/option-error:13:5: mru needs a number, not 'much'",
  },
  "option-error-of-pppd": {
    cause: "option-error",
    peer: { options: ["nosuchhost.invalid:"] },
    statuses: [2],
    says: "pppd refuses an option: unknown host: nosuchhost.invalid",
  },
  "number-refused": {
    peer: { options: ["remotenumber 5559001", "allow-number 5559002"] },
    statuses: [21],
    says: "/etc/ppp/peers/number-refused:14:1: allow-number does not allow 5559001",
  },
  "no-answer": { peer: { number: numbers.noAnswer }, statuses: [8], says: "the modem answered NO ANSWER (dialing" },
  voice: { peer: { number: numbers.voice }, statuses: [8], says: "the modem answered VOICE (dialing" },
  "abort-string": { peer: abortString.peer, statuses: [8], says: 'the script\'s abort string "DELAYED" came' },
  "sim-pin": {
    peer: wrongPin.peer,
    statuses: [8],
    says: "the SIM wants its PIN, or refused the one sent: +CME ERROR: incorrect password",
  },
  "connect-failed": { peer: { connect: "/bin/false" }, statuses: [8], says: "the connect program failed" },
  "init-failed": { peer: { options: ["init /bin/false"] }, statuses: [18], says: "the init program failed" },
  "device-denied": {
    peer: { device: "" },
    words: [[], [deniedDevice]],
    asUser: true,
    statuses: [7],
    says: `${deniedDevice} may not be opened: Permission denied`,
  },
  "lock-failed": {
    peer: {},
    before: () => forbidLocks(guest),
    statuses: [6],
    says: "the lock file /var/lock/LCK..modem cannot be written: read-only file system",
  },
  "not-root": {
    peer: {},
    asUser: true,
    before: async () => {
      await guest.run(["chmod", "u-s", "/usr/sbin/pppd"]);
      return async () => void (await guest.run(["chmod", "u+s", "/usr/sbin/pppd"]));
    },
    statuses: [3],
    says: "pppd must run as root",
  },
  "pppd-failed": {
    // A name that the kernel gives to no second interface.
    peer: { options: ["ifname lo"] },
    statuses: [1],
    says: "pppd failed with exit status 1: Couldn't rename interface ppp0 to lo: File exists",
  },
  "pppd-missing": {
    peer: {},
    before: async () => {
      await guest.run(["mv", "/usr/sbin/pppd", "/usr/sbin/pppd.away"]);
      return async () => void (await guest.run(["mv", "/usr/sbin/pppd.away", "/usr/sbin/pppd"]));
    },
    statuses: [127],
    says: "pppd is not installed (no /usr/sbin/pppd)",
  },
  "pty-failed": {
    peer: { device: "", connect: "", options: ["pty /bin/cat"] },
    before: () => leaveNoRoom(guest),
    statuses: [9],
    says: "the pty command could not be run: Failed to create child process: Resource temporarily unavailable",
  },
  "lcp-timeout": {
    peer: { number: numbers.mutePeer },
    statuses: [10, 16],
    says: "the other end does not answer PPP (LCP timed out)",
  },
  "negotiation-failed": {
    peer: { options: mppeOptions },
    statuses: [10],
    says: "the two ends did not agree on how to talk: MPPE required",
  },
  callback: {
    peer: { number: numbers.callsBack, options: callbackOptions },
    before: () => installCallbackPeer(guest),
    statuses: [14],
    says: "the other end will call back",
  },
  "line-lost": {
    peer: { device: pulledOut },
    words: foreground,
    before: () => plugInModem(guest),
    during: async (_, name) => {
      await untilUp(name);
      await pullOutModem(guest);
    },
    statuses: [16],
    says: "the line was lost (the modem hung up)",
  },
  "user-request": {
    peer: {},
    words: foreground,
    during: async (_, name) => {
      await untilUp(name);
      await isp.run("poff", name);
    },
    statuses: [5],
    says: "stopped on request (signal 15)",
  },
  ended: { peer: {}, words: [["-q"], []], statuses: [0], says: "was up, the scripts have run, and it is hung up" },
};

const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];
const short = ["lcp-restart 1", "lcp-max-terminate 1", "lcp-max-configure 2", "ipcp-restart 1"];

test.for(Object.entries(scenarios))("%s", async ([name, scenario]) => {
  const { cause = name as Cause, peer, words = [[], []], before, during, statuses, says } = scenario;
  const how = scenario.asUser && { ...user, env: { HOME: "/tmp/caller", XDG_STATE_HOME: "/tmp/caller" } };
  if (how !== undefined) {
    await guest.run(["install", "-d", "-o", String(user.uid), "/tmp/caller"]);
    onTestFinished(async () => {
      for (const path of ["/tmp/caller", `/tmp/pppctl-${user.uid}`]) await guest.remove(path);
    });
  }
  const hooks = cause === "ended" ? ["child-timeout 60"] : noHooks;
  await isp.writePeer(name, { ...peer, options: [...hooks, ...short, ...(peer.options ?? [])] });
  const restore = await before?.();
  const pon = await guest.spawn([inCheckout("bin/pon"), ...words[0], name, ...words[1]], how);
  await during?.(pon, name);
  const { status, stdout, stderr } = await pon.wait();
  await restore?.();
  const said = `${stdout}${stderr}`;
  expect(said).toContain(`: ${says}`);
  expect(statuses).toContain(status);

  const ask = async (...asked: readonly string[]) => {
    const answer = await guest.run([inCheckout("bin/pppctl"), ...asked, name, "--json"], how);
    expect(answer.stderr).toBe("");
    return JSON.parse(answer.stdout);
  };
  const entry = (await ask("history")).calls.at(-1);
  expect(entry).toMatchObject({ peer: name, cause });
  if (entry.exitStatus !== undefined) expect(entry.exitStatus).toBe(status);
  // A link that came up and went as it should has no sentence of its own.
  if (cause !== "ended") expect(said).toContain(`: ${entry.sentence}`);
  const { retry, code } = causeRow(cause);
  const { sentence, endedAt: at } = entry;
  expect(await ask("explain")).toMatchObject({ peer: name, cause, code, sentence, exitStatus: status });
  const lastFailure = retry === "stop" ? undefined : { at, cause, sentence };
  expect(await ask("status")).toEqual([{ peer: name, state: "down", ...(lastFailure && { lastFailure }) }]);
  // A pppd whose far end was killed leaves its pid file.
  for (const file of [`ppp-${name}.pid`, "ppp0.pid", "ppp40.pid"]) await guest.remove(`/run/${file}`);
});

/** Where the others are produced. */
const elsewhere: Readonly<Record<string, readonly Cause[]>> = {
  "test/vm/causes.test.ts": [
    ...(["idle", "time-limit", "traffic-limit", "echo-timeout", "ended-by-peer", "no-address"] as const),
    ...(["peer-not-authenticated", "no-secret", "auth-refused", "loopback", "pppd-crashed", "modem-error"] as const),
    ...(["login-refused", "hook-failed"] as const),
  ],
  "test/vm/failures.test.ts": [
    ...(["busy", "no-carrier", "no-dialtone", "expect-timeout", "modem-silent", "device-missing"] as const),
    ...(["device-failed", "device-busy", "no-ppp", "no-kernel-ppp"] as const),
  ],
  "test/long/probes.test.ts": ["probe-failed"],
  "test/vm/tunnels.test.ts, test/long/tunnels-*.test.ts": [
    ...(["server-unresolved", "server-unreachable", "server-refused", "gre-blocked", "firewall-drops"] as const),
    ...(["call-refused", "pppoe-silent", "pppoe-refused", "l2tp-silent", "ipsec-needed", "l2tp-refused"] as const),
    ...(["l2tp-daemon", "l2tp-no-socket"] as const),
  ],
};

test("every cause is produced somewhere, once", () => {
  const produced = [
    ...new Set(Object.entries(scenarios).map(([name, { cause }]) => cause ?? name)),
    ...Object.values(elsewhere).flat(),
  ];
  expect(produced.sort()).toEqual(Object.keys(causes).sort());
});
