import { causeActions, parseCauseActions } from "./cause-actions.ts";
import { parseDialHours } from "./dial-hours.ts";
import { parsePhoneNumbers } from "./phone-numbers.ts";
import { parseProbe } from "./probe.ts";
import { bytes, count, factor, language, limit, type SettingKind, time, timeLimit, words } from "./setting-kinds.ts";

interface SettingRow {
  /** The part of the table that it belongs to. */
  readonly topic: string;
  readonly kind: SettingKind<unknown>;
  /** What it does, one clause. */
  readonly sentence: string;
}

/**
 * Every setting of ours in a peer file: `set NAME=VALUE` (pppd takes it for a variable of its scripts' environment). The
 * README's table and `pppctl help settings` are printed from here.
 */
export const settingTable = {
  PON_REDIAL: {
    topic: "Redial",
    kind: count(0, 0, 100_000),
    sentence: "how often `pon` dials again after a failure",
  },
  PON_PAUSE: { topic: "Redial", kind: time("5", "0", "1d"), sentence: "the first pause after a failure" },
  PON_PAUSE_FACTOR: { topic: "Redial", kind: factor(2, 1, 10), sentence: "each pause is longer by this factor" },
  PON_PAUSE_MAX: { topic: "Redial", kind: time("10m", "0", "1d"), sentence: "no pause is longer, but for the jitter" },
  PON_PAUSE_JITTER: {
    topic: "Redial",
    kind: count(10, 0, 50, "percent"),
    sentence: "pauses are made longer at random, by up to this much, so that many machines do not dial at once",
  },
  PON_HELD: {
    topic: "Redial",
    kind: time("45", "1", "1d"),
    sentence: "a call that was up for this long makes the next pause the first again",
  },
  PON_ON: {
    topic: "Redial",
    kind: language(
      `pairs CAUSE=ACTION, where ACTION is one of ${causeActions.join(", ")}`,
      parseCauseActions,
      "busy=next-number",
    ),
    sentence:
      "what a failure leads to, by its cause (`pppctl explain` names it), such as `busy=next-number no-carrier=wait`",
  },
  PON_TRIES: {
    topic: "Redial",
    kind: count(1, 1, 10),
    sentence:
      "failures of a cause that blocks (a refused password) without a call that came up between them, before the peer is blocked",
  },
  PON_PHONE: {
    topic: "Numbers and providers",
    kind: language(
      "telephone numbers, each once, with | or : between them",
      parsePhoneNumbers,
      '"8765432|8765433:8765499"',
    ),
    sentence:
      "what `\\T` in the chat script dials: after `|` the number for when the one before failed, after `:` the one for the next round",
  },
  PON_FALLBACK: {
    topic: "Numbers and providers",
    kind: words("peers' names with blanks between them", '"second third"', (names) => !names.some(isNoPeer)),
    sentence: "peers to dial when this one fails, in order; then this one again",
  },
  PON_RETURN: {
    topic: "Numbers and providers",
    kind: time("1h", "0", "7d"),
    sentence: "`keep` goes back to the first peer after so long on another; 0: only when that one fails",
  },
  PON_DAY_TIME: {
    topic: "Limits",
    kind: timeLimit("1d", "2h"),
    sentence: "no dial after so much time online a day, and no call goes on longer",
  },
  PON_DAY_CALLS: { topic: "Limits", kind: limit(100_000), sentence: "no more dials a day, failed ones count" },
  PON_DAY_BYTES: {
    topic: "Limits",
    kind: bytes(),
    sentence: "no dial after so many bytes, both ways, a day, and no call goes on with more",
  },
  PON_MONTH_TIME: { topic: "Limits", kind: timeLimit("31d", "20h"), sentence: "the same a calendar month" },
  PON_MONTH_CALLS: { topic: "Limits", kind: limit(100_000), sentence: "the same a calendar month" },
  PON_MONTH_BYTES: { topic: "Limits", kind: bytes(), sentence: "the same a calendar month" },
  PON_HOURS: {
    topic: "Limits",
    kind: language("hours such as 8:00-18:00 or Mo-Fr 8:00-18:00, Sa 9:00-12:00", parseDialHours, '"Mo-Fr 8:00-18:00"'),
    sentence: "when dialing is allowed, local time",
  },
  PON_UNIT: {
    topic: "Limits",
    kind: time("0", "0", "1d", "60"),
    sentence: "length of a billing unit: each one begun counts whole against the limits of time; 0: none",
  },
  PON_UNIT_IDLE: {
    topic: "Limits",
    kind: time("0", "0", "1d", "30"),
    sentence: "hang up just before the next billing unit begins when nothing has passed for so long; 0: do not",
  },
  PON_PROBE: {
    topic: "Probe",
    kind: language("ping ADDRESS, resolve NAME or tcp HOST PORT", parseProbe, '"ping 192.0.2.1"'),
    sentence:
      "how `ensure` and `keep` find out whether a link that is up passes anything: always through this link; a name is asked of its own name servers (`usepeerdns`), else of the system's",
  },
  PON_PROBE_PERIOD: { topic: "Probe", kind: time("60", "1", "1d"), sentence: "`keep` probes so often" },
  PON_PROBE_COUNT: {
    topic: "Probe",
    kind: count(3, 1, 100),
    sentence: "probes in a row that must fail before the link is ended and dialed again",
  },
  PON_PROBE_TIMEOUT: { topic: "Probe", kind: time("5", "1", "60"), sentence: "how long one probe waits" },
  PON_ROUTES: {
    topic: "Routes",
    kind: words("networks and addresses with blanks between them", '"10.0.0.0/8 192.168.7.0/24"', (dsts) =>
      dsts.every(isNetwork),
    ),
    sentence: "what is behind the link, beside the default route: a route to each while it is up",
  },
  PON_L2TP_LAC: {
    topic: "Tunnels",
    kind: words("the name of one lac of xl2tpd.conf", "isp", (names) => names.length === 1),
    sentence: "the link belongs to xl2tpd: `pon` and `poff` have it connect and disconnect this lac",
  },
  PON_CHAR_DELAY: {
    topic: "Modem",
    kind: count(0, 0, 1000, "milliseconds"),
    sentence: "pause before each byte of the chat script, for modems that need it",
  },
  PON_RESET: {
    topic: "Modem",
    kind: words(
      "a program by its absolute path, and its arguments, with blanks between them",
      '"/usr/local/sbin/reset-modem 1-1.4"',
      ([program = ""]) => program.startsWith("/"),
    ),
    sentence:
      "resets a modem that does not answer, after all else (AT, +++, DTR, ATH, close and open); no shell, 60 s; it gets `DEVICE` and `CALL_FILE`",
  },
  PON_DEVICE_WAIT: {
    topic: "Modem",
    kind: time("0", "0", "1h", "30"),
    sentence: "how long to wait for a device that is not there, as while a modem is being plugged in",
  },
} as const satisfies Readonly<Record<`PON_${string}`, SettingRow>>;

export type SettingName = keyof typeof settingTable;

type ValueOf<Kind> = Kind extends SettingKind<infer Value> ? Value : never;

/** Every setting of a peer, by its own name; what the peer does not say has its preset. Times are milliseconds. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof settingTable)[Name]["kind"]> };

/** The row of a setting, with the types of every row. */
export function settingRow(name: SettingName): SettingRow {
  return settingTable[name];
}

/** As ip(8) takes them, IPv4 or IPv6; of IPv4 the kernel takes no network whose address has more bits than its length. */
function isNetwork(text: string): boolean {
  const [, address = "", bits] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (address.includes(":")) return isIpv6(address) && Number(bits ?? 128) <= 128;
  const size = Number(bits ?? 32);
  const value = ipv4Value(address);
  return value !== undefined && size <= 32 && value % 2 ** (32 - size) === 0;
}

function ipv4Value(address: string): number | undefined {
  const bytes = address.split(".");
  const isAddress = bytes.length === 4 && bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256);
  return isAddress ? bytes.reduce((value, byte) => value * 256 + Number(byte), 0) : undefined;
}

/** RFC 4291, 2.2: eight groups, of which `::` stands for some, once; the last two may be an address of IPv4. */
function isIpv6(address: string): boolean {
  const halves = address.split("::");
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const sizes = groups.map((group, i) => {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) return 1;
    return i === groups.length - 1 && ipv4Value(group) !== undefined ? 2 : Number.NaN;
  });
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return halves.length === 1 ? size === 8 : halves.length === 2 && size < 8;
}

/** As `call` would refuse them (core/peer-name.ts). */
function isNoPeer(name: string): boolean {
  return name.startsWith("/") || name.split("/").includes("..");
}
