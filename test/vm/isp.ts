import { afterAll, beforeAll, expect } from "vitest";
import { type Guest, type GuestProcess, inCheckout, type ProcessEntry, type ProcessResult } from "./guest.ts";

/** The two ends of every call, and the name servers that the provider gives. */
export const addresses = { caller: "10.64.0.2", provider: "10.64.0.1", dns1: "10.64.0.1", dns2: "10.64.0.3" } as const;

/** The modem reports another rate than the serial line's, so that one is not taken for the other. */
export const rates = { line: 115200, modem: 33600 } as const;

/** Who may log in at `pap`, `chap` and `login`. */
export const account = { user: "yosef", password: "open sesame" } as const;

/** The network namespace of the provider. */
export const namespace = "isp";

/** What the simulated modem's numbers do. */
export const numbers = {
  /** A provider that asks for no password. */
  up: "8765432",
  pap: "5551001",
  chap: "5551002",
  /** A login dialogue first, then PPP. */
  login: "5551003",
  busy: "5550001",
  noCarrier: "5550002",
  noDialtone: "5550003",
  noAnswer: "5550004",
  voice: "5550005",
  /** The modem never says anything more. */
  silence: "5550006",
  /** Connects to a program that asks for a login for ever. */
  noPpp: "5550007",
  /** Connects to somebody who takes everything and says nothing. */
  mutePeer: "5550008",
  /** Hangs up and calls back (test/vm/rare-ends.ts). */
  callsBack: "5550009",
} as const;

/** Debian 12's /etc/ppp/options, without its comments. */
const DEBIAN_OPTIONS = `asyncmap 0
auth
crtscts
lock
hide-password
modem
lcp-echo-interval 30
lcp-echo-failure 4
noipx
`;

const SECRETS = `"${account.user}" * "${account.password}" *\n`;
const SERIAL_STATE = "/proc/tty/driver/serial";
const PAPERS = "/tmp/isp";

/** A provider's pppd. Its own unit, because /run/ppp0.pid is not in the namespace. */
export function providerCommand(...more: readonly string[]): readonly string[] {
  const pppd = ["pppd", "notty", "nodetach", "local", "nodefaultroute", "noproxyarp", "unit", "40"];
  const offers = [`${addresses.provider}:${addresses.caller}`, "ms-dns", addresses.dns1, "ms-dns", addresses.dns2];
  return ["ip", "netns", "exec", namespace, ...pppd, ...offers, ...more];
}

function scenarioNumbers(): object {
  const call = (command: readonly string[]) => ({ rate: rates.modem, to: { command } });
  return {
    [numbers.up]: call(providerCommand("noauth")),
    [numbers.pap]: call(providerCommand("auth", "require-pap", "name", "isp")),
    [numbers.chap]: call(providerCommand("auth", "require-chap", "name", "isp")),
    [numbers.login]: { ...call(providerCommand("noauth")), loginPrompt: account },
    [numbers.busy]: "busy",
    [numbers.noCarrier]: "no-carrier",
    [numbers.noDialtone]: "no-dialtone",
    [numbers.noAnswer]: "no-answer",
    [numbers.voice]: "voice",
    [numbers.silence]: "silence",
    [numbers.noPpp]: call(["bash", "-c", "while printf 'login: '; do read -rt 0.5; done"]),
    [numbers.mutePeer]: { rate: rates.modem, to: "silent" },
  };
}

/** One line of the simulated modem's log; the other keys are in `details`. */
export interface ModemEvent {
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A peer file and its chat script, for a call to one of `numbers`. */
export interface PeerText {
  readonly number?: string;
  /** More options, a line each. */
  readonly options?: readonly string[];
  /** Instead of the script that dials `number`. */
  readonly script?: string;
  /** Instead of the modem's device. */
  readonly device?: string;
  /** Instead of the connect line (chat with the script); empty: none. */
  readonly connect?: string;
}

/** A simulated modem with a provider behind it. */
export interface Isp {
  /** What a peer names as its device. */
  readonly device: string;
  /** The simulator's pid. */
  readonly pid: () => number;
  /** Writes /etc/ppp/peers/NAME and /etc/chatscripts/NAME. */
  readonly writePeer: (name: string, peer: PeerText) => Promise<void>;
  /** Everything since the last `expectNothingLeft`. */
  readonly events: () => Promise<readonly ModemEvent[]>;
  /** Waits for a line of the log. */
  readonly waitForEvent: (event: string, details?: Readonly<Record<string, unknown>>) => Promise<void>;
  /** The far end's processes: the provider's pppd while a call is connected. */
  readonly farEnds: () => Promise<readonly ProcessEntry[]>;
  /** A command of ours, such as `pon`, to its end. */
  readonly run: (command: string, ...words: readonly string[]) => Promise<ProcessResult>;
  readonly spawn: (command: string, ...words: readonly string[]) => Promise<GuestProcess>;
  /** After each test: the modem is on-hook, and there is no process, lock or dialer's record. Empties the modem's log. */
  readonly expectNothingLeft: () => Promise<void>;
}

/**
 * Call once in a file or a describe: starts the provider and one simulated modem before its tests, and ends them after.
 *
 * @param line `pty`: a link to a pty. `uart`: ttyS1, with the modem on ttyS2 and DTR from the kernel's record.
 * @param more added to the scenario, over what is there.
 */
export function useIsp(
  guest: Guest,
  { line, more = {} }: { readonly line: "pty" | "uart"; readonly more?: object },
): Isp {
  const device = line === "pty" ? "/dev/modem" : "/dev/ttyS1";
  const log = `${PAPERS}/modem.log`;
  const scenario = `${PAPERS}/scenario.json`;
  const peers = new Set<string>();
  let modem: GuestProcess | undefined;
  const pid = (): number => {
    if (modem === undefined) throw new Error("the simulated modem has not been started");
    return modem.pid;
  };

  beforeAll(async () => {
    const papers = { numbers: scenarioNumbers(), default: "no-carrier", ...more };
    await guest.writeFile("/etc/ppp/options", DEBIAN_OPTIONS);
    await guest.writeFile(`/etc/netns/${namespace}/ppp/pap-secrets`, SECRETS, 0o600);
    await guest.writeFile(`/etc/netns/${namespace}/ppp/chap-secrets`, SECRETS, 0o600);
    await guest.writeFile(scenario, JSON.stringify(papers));
    await guest.writeFile(log, "");
    expect(await guest.run(["ip", "netns", "add", namespace])).toMatchObject({ status: 0 });
    const place = line === "pty" ? ["--link", device] : ["--device", "/dev/ttyS2", "--dtr-from", "ttyS1"];
    const words = ["simulate", ...place, "--scenario", scenario, "--log", log];
    modem = await guest.spawn([inCheckout("bin/pppctl"), ...words]);
    await modem.waitForOutput(/^\/dev\//);
  });

  afterAll(async () => {
    await modem?.kill("SIGTERM");
    await modem?.wait();
    for (const name of peers) {
      await guest.remove(`/etc/ppp/peers/${name}`);
      await guest.remove(`/etc/chatscripts/${name}`);
      await guest.remove(`/run/pppctl/${encodeURIComponent(name)}`);
    }
    await guest.remove(PAPERS);
    await guest.run(["ip", "netns", "del", namespace]);
    await guest.remove(`/etc/netns/${namespace}`);
  });

  const events = async (): Promise<readonly ModemEvent[]> => {
    const lines = (await guest.readFile(log)).split("\n");
    lines.pop(); // empty, or half written
    return lines.map((text) => {
      const { t: _t, wall: _wall, event, ...details } = JSON.parse(text) as Record<string, unknown>;
      return { event: String(event), details };
    });
  };

  /** A pppd with `notty` has a second process, which may outlive the first: both are in a session of their own. */
  const farEnds = async (): Promise<readonly ProcessEntry[]> =>
    (await guest.processes()).filter((one) => one.ppid === pid() || /\bunit 40\b|login: /.test(one.argv.join(" ")));

  return {
    device,
    pid,
    events,
    farEnds,
    writePeer: async (name, peer) => {
      peers.add(name);
      const script = `/etc/chatscripts/${name}`;
      const connect = peer.connect ?? `/usr/sbin/chat -v -f ${script}`;
      const options = [
        `${peer.device ?? device} ${rates.line}`,
        ...(connect === "" ? [] : [`connect "${connect}"`]),
        "noauth",
        "noipdefault",
        "nodefaultroute",
        "usepeerdns",
        ...(peer.options ?? []),
      ];
      await guest.writeFile(`/etc/ppp/peers/${name}`, `${options.join("\n")}\n`, 0o640);
      await guest.writeFile(script, peer.script ?? dialScript(peer.number ?? numbers.up), 0o640);
    },
    waitForEvent: async (event, details = {}) => {
      const wanted = Object.entries(details).map(([key, value]) => JSON.stringify({ [key]: value }).slice(1, -1));
      const parts = [`"event":"${event}"`, ...wanted].map(
        (text) => `(?=.*${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")})`,
      );
      await guest.waitForFile(log, new RegExp(`^${parts.join("")}.*$`));
    },
    run: (command, ...words) => guest.run([inCheckout(`bin/${command}`), ...words]),
    spawn: (command, ...words) => guest.spawn([inCheckout(`bin/${command}`), ...words]),
    expectNothingLeft: async () => {
      // At once: a command that returned has left nothing running. The modem and its provider learn of it a moment later.
      const far = (await farEnds()).map((one) => one.pid);
      const left = (await guest.processes()).filter((one) => one.pid !== pid() && !far.includes(one.pid));
      for (const { pid: one } of left) await guest.kill(one, "SIGKILL");
      if ((await events()).some(({ event }) => event === "off-hook")) {
        await guest.waitForFile(log, /"event":"on-hook"(?![\s\S]*"event":"off-hook")/);
      }
      for (const one of far) await guest.waitFor({ gone: one });
      const locks = (await guest.list("/run/lock")).filter((name) => /LCK|pppctl/.test(name));
      const pidFiles = (await guest.list("/run")).filter((name) => /^ppp.*\.pid$|^ppp-quick$/.test(name));
      const marks: string[] = [];
      for (const name of peers) {
        for (const mark of ["dialing", "quick"]) {
          const path = `/run/pppctl/${encodeURIComponent(name)}/${mark}`;
          if (await guest.exists(path)) marks.push(path);
        }
      }
      if (line === "uart") await guest.waitForFile(SERIAL_STATE, /^1: (?!.*DTR)/);
      await guest.writeFile(log, "");
      // The next test begins from nothing, whatever this one has left.
      for (const name of locks) await guest.remove(`/run/lock/${name}`);
      for (const name of pidFiles) await guest.remove(`/run/${name}`);
      for (const mark of marks) await guest.remove(mark);
      expect({ processes: left.map(({ argv }) => argv.join(" ")), locks, pidFiles, marks }).toEqual({
        processes: [],
        locks: [],
        pidFiles: [],
        marks: [],
      });
    },
  };
}

/** A script as users write it: what ends it, a reset, hang up on DTR, the number. */
export function dialScript(number: string): string {
  return `ABORT BUSY
ABORT 'NO CARRIER'
ABORT 'NO DIALTONE'
ABORT 'NO ANSWER'
ABORT VOICE
ABORT ERROR
TIMEOUT 20
'' ATZ
OK AT&D2
TIMEOUT 60
OK ATD${number}
CONNECT '\\c'
`;
}
