import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { GuestProcess } from "./guest.ts";
import { useGuest } from "./guest.ts";
import {
  account,
  addresses,
  dialScript,
  namespace,
  numbers,
  type PeerText,
  providerCommand,
  rates,
  useIsp,
} from "./isp.ts";
import { abortString, callbackProvider, wrongPin } from "./rare-ends.ts";
import { recordStockLogs, writeLog } from "./record-logs.ts";

/**
 * Causes that failures.test.ts does not produce: each by a real pppd, and pon's line, its exit status and `explain` agree.
 * With PPPCTL_RECORD_LOGS=FOLDER the logs are kept there, and those of stock pppd with chat(8) too (record-logs.ts):
 * test/data/pppd-logs is made so.
 */
const guest = useGuest();

const own = {
  endsSoon: "5553001",
  noAddress: "5553002",
  provesNothing: "5553003",
  echo: "5553004",
} as const;
const call = (command: readonly string[]) => ({ rate: rates.modem, to: { command } });
const provider = ["notty", "nodetach", "local", "nodefaultroute", "unit", "40", "noauth"];
const more = {
  numbers: {
    [numbers.up]: call(providerCommand("noauth")),
    [numbers.pap]: call(providerCommand("auth", "require-pap", "name", "isp")),
    [numbers.chap]: call(providerCommand("auth", "require-chap", "name", "isp")),
    [own.endsSoon]: call(providerCommand("noauth", "maxconnect", "1")),
    [own.noAddress]: call(["ip", "netns", "exec", namespace, "pppd", ...provider, `${addresses.provider}:`]),
    [own.provesNothing]: call(providerCommand("noauth", "refuse-chap", "refuse-pap", "refuse-eap")),
    [own.echo]: { rate: rates.modem, to: "echo" },
    [numbers.login]: { ...call(providerCommand("noauth")), loginPrompt: account },
    [numbers.busy]: "busy",
    [numbers.silence]: "silence",
    [numbers.voice]: "voice",
    [numbers.noAnswer]: "no-answer",
    [numbers.noDialtone]: "no-dialtone",
    [numbers.noCarrier]: "no-carrier",
    [numbers.noPpp]: call(["bash", "-c", "while printf 'login: '; do read -rt 0.5; done"]),
    [numbers.mutePeer]: { rate: rates.modem, to: "silent" },
    [numbers.callsBack]: call(callbackProvider),
  },
  answers: { "+FOO": ["ERROR"], ...abortString.answers, ...wrongPin.answers },
};
const isp = useIsp(guest, { line: "pty", more });
afterEach(isp.expectNothingLeft);

const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];
const short = ["lcp-restart 1", "lcp-max-terminate 1", "lcp-max-configure 2", "ipcp-restart 1"];
const failingHook = "/etc/ppp/ip-up.d/fails";
const secrets = ["/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets"] as const;
const before = new Map<string, string>();

beforeAll(async () => {
  for (const path of secrets) before.set(path, await guest.readFile(path));
  await guest.writeFile(secrets[0], `isp * "x" *\nwrong * "no"\n`, 0o600);
  await guest.writeFile(secrets[1], `wrong * "no"\n`, 0o600);
});

afterAll(async () => {
  for (const [path, text] of before) await guest.writeFile(path, text, 0o600);
  await guest.remove(failingHook);
});

interface Scenario {
  readonly peer: PeerText;
  /** Words of pon before and after the peer. */
  readonly words?: readonly [before: readonly string[], after: readonly string[]];
  readonly during?: (pon: GuestProcess, name: string) => Promise<void>;
  readonly statuses: readonly number[];
  readonly cause: string;
  /** In pon's line, as in explain's. */
  readonly says: string;
}

/** pppd stays in the foreground, so that pon sees the end of a link that was up. */
const foreground = [[], ["nodetach"]] as const;
const waitForLog = (name: string, pattern: RegExp) => guest.waitForFile(`/run/pppctl/${name}/pppd.log`, pattern);
const killFarEnd = async (signal: NodeJS.Signals): Promise<void> => {
  for (const { pid } of await isp.farEnds()) await guest.kill(pid, signal);
};

const scenarios: Readonly<Record<string, Scenario>> = {
  idle: {
    peer: { options: ["idle 1"] },
    words: foreground,
    statuses: [12],
    cause: "idle",
    says: "hung up because there was no traffic (`idle`)",
  },
  "time-limit": {
    peer: { options: ["maxconnect 1"] },
    words: foreground,
    statuses: [13],
    cause: "time-limit",
    says: "hung up at the time limit (`maxconnect`)",
  },
  "traffic-limit": {
    peer: { options: ["maxoctets 1", "mo-timeout 1"] },
    words: foreground,
    during: async (_, name) => {
      await waitForLog(name, /remote IP address/);
      await guest.run(["ping", "-c", "1", "-W", "5", addresses.provider]);
    },
    statuses: [20],
    cause: "traffic-limit",
    says: "hung up at the traffic limit (`maxoctets`)",
  },
  "echo-timeout": {
    peer: { options: ["lcp-echo-interval 1", "lcp-echo-failure 1"] },
    words: foreground,
    during: async (_, name) => {
      await waitForLog(name, /remote IP address/);
      await killFarEnd("SIGSTOP");
      await waitForLog(name, /No response/);
      await killFarEnd("SIGKILL");
    },
    // A far end that is gone has hung the modem up before pppd does.
    statuses: [15, 16],
    cause: "echo-timeout",
    says: "the other end is silent: no reply to 1 echo-requests",
  },
  "ended-by-peer": {
    peer: { number: own.endsSoon },
    words: foreground,
    statuses: [16],
    cause: "ended-by-peer",
    says: "the other end ended the call: Connect time expired",
  },
  "no-address": {
    peer: { number: own.noAddress, options: ["noipv6"] },
    statuses: [1, 10, 16],
    cause: "no-address",
    says: "no IP address was agreed: Could not determine local IP address",
  },
  "peer-refused-auth": {
    peer: { number: own.provesNothing, options: ["auth", "require-chap", "remotename isp"] },
    statuses: [11],
    cause: "peer-not-authenticated",
    says: "the other end did not authenticate itself to us",
  },
  "no-secret": {
    peer: { number: numbers.chap, options: ["user nobody"] },
    statuses: [16, 19],
    cause: "no-secret",
    says: "no secret for the other end is known",
  },
  "pap-refused": {
    peer: { number: numbers.pap, options: ["user wrong"] },
    statuses: [19, 16],
    cause: "auth-refused",
    says: "the other end refused our name or password (PAP): Login incorrect",
  },
  loopback: {
    peer: { number: own.echo },
    statuses: [17],
    cause: "loopback",
    says: "the line is looped back: what pppd sends comes back",
  },
  killed: {
    peer: { number: numbers.mutePeer },
    during: async (pon, name) => {
      await pon.waitForOutput(/negotiating/);
      await guest.run(["pkill", "-KILL", "-f", `pppd call ${name}`]);
    },
    statuses: [1],
    cause: "pppd-crashed",
    says: "pppd was killed by SIGKILL",
  },
  "modem-error": {
    peer: { script: dialScript(numbers.up).replace("OK ATD", "OK AT+FOO\nOK ATD") },
    statuses: [8],
    cause: "modem-error",
    says: "the modem answered ERROR to AT+FOO",
  },
  "login-refused": {
    // Without \q: what answers a prompt for a password is hidden all the same.
    peer: {
      script: `${dialScript(numbers.login)}ABORT 'Login incorrect'\nogin: joe\nassword: notthisone\nassword: \\c\n`,
    },
    statuses: [8],
    cause: "login-refused",
    says: 'the other end refused the login: "Login incorrect"',
  },
  "hook-failed": {
    peer: { options: ["child-timeout 60"] },
    words: [["-q"], []],
    statuses: [1],
    cause: "hook-failed",
    says: `a hook script failed (${failingHook}): exit status 3`,
  },
};

const history = "/var/lib/pppctl/history.jsonl";
type Entry = Readonly<Record<string, unknown>>;
const wanted = ["idle", "time-limit", "traffic-limit"];

/** The newest entry of a peer. */
function lastCall(text: string, name: string): Entry {
  const entries = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Entry);
  const entry = entries.findLast(({ peer }) => peer === name);
  if (entry === undefined) throw new Error(`no call of ${name} in the history`);
  return entry;
}

describe("pon's line, its exit status, explain, the history and the status agree", () => {
  test.for(Object.entries(scenarios))("%s", async ([name, scenario]) => {
    const { peer, words = [[], []], during, statuses, cause, says } = scenario;
    const hooks = cause === "hook-failed" ? [] : noHooks;
    if (hooks.length === 0) await guest.writeFile(failingHook, "#!/bin/sh\nexit 3\n", 0o755);
    await isp.writePeer(name, { ...peer, options: [...hooks, ...short, ...(peer.options ?? [])] });
    const pon = await isp.spawn("pon", ...words[0], name, ...words[1]);
    await during?.(pon, name);
    const { status, stdout, stderr } = await pon.wait();
    expect(`${stdout}${stderr}`).toContain(`${name}: ${says}`);
    expect(statuses).toContain(status);
    expect(stderr).not.toContain("notthisone");

    const entry = lastCall(await guest.readFile(history), name);
    expect(entry).toMatchObject({ peer: name, cause });
    // pppd that was killed has none.
    if (entry["exitStatus"] !== undefined) expect(entry["exitStatus"]).toBe(status);
    expect(`${stdout}${stderr}`).toContain(`${name}: ${entry["sentence"]}`);
    const explained = JSON.parse((await isp.run("pppctl", "explain", name, "--json")).stdout);
    expect(explained).toMatchObject({ peer: name, cause, exitStatus: status, sentence: entry["sentence"] });
    const log = await guest.readFile(`/run/pppctl/${name}/pppd.log`);
    expect(log).not.toContain("notthisone");
    writeLog(name, `pon, exit status ${status}: ${cause}`, log);
    // pppd that was killed, or whose far end was, leaves its pid file.
    for (const file of [`ppp-${name}.pid`, "ppp0.pid", "ppp40.pid"]) await guest.remove(`/run/${file}`);
  });

  test("`history --json` and `status --json` say the same of each", async () => {
    const text = await guest.readFile(history);
    const listed = JSON.parse((await isp.run("pppctl", "history", "--json")).stdout).calls as Entry[];
    const names = Object.keys(scenarios);
    const states = JSON.parse((await isp.run("pppctl", "status", ...names, "--json")).stdout) as Entry[];
    for (const [i, [name, { cause }]] of Object.entries(scenarios).entries()) {
      const entry = lastCall(text, name);
      expect(listed.findLast(({ peer }) => peer === name)).toEqual(entry);
      const { endedAt: at, sentence } = entry;
      // What ended as it was meant to is no failure.
      const lastFailure = wanted.includes(cause) ? undefined : { at, cause, sentence };
      expect(states[i]).toEqual({ peer: name, state: "down", ...(lastFailure && { lastFailure }) });
    }
  });
});

test("the last exchange with the modem is shown when a dial fails, and the call's log has all of it", async () => {
  await isp.writePeer("exchange", { script: dialScript(numbers.busy).replace("ATZ", "AT+CPIN=4711") });
  const { stderr } = await isp.run("pon", "exchange");
  expect(stderr).toMatch(
    /^exchange: dialing 5550001\nexchange: > ATD5550001\nexchange: < BUSY\npon: exchange: the modem answered BUSY /m,
  );
  const plog = await isp.run("plog", "exchange");
  expect(plog).toMatchObject({ status: 0, stderr: "" });
  expect(plog.stdout).toMatch(/chat\[\d+\]: send \(AT\+CPIN=\?{6}\)\n[\s\S]*chat\[\d+\]: Failed \(BUSY\)\n/);
  expect(plog.stdout).not.toContain("4711");
});

recordStockLogs(guest, isp, [...noHooks, ...short]);
