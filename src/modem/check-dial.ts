import type { ChatScript, ChatWord } from "../chat/chat-script.ts";
import { cleanString } from "../chat/clean-string.ts";
import { readPairs, type ScriptPair } from "../chat/script-pairs.ts";
import type { Finding } from "../core/finding.ts";
import type { SourcePosition } from "../core/source-position.ts";
import { type AtCommand, parseAtLine } from "./at-line.ts";
import { readResultCode } from "./result-codes.ts";

/** What the script cannot tell about the call. */
export interface DialFacts {
  /** `-T` and `-U`. */
  readonly phone: string | undefined;
  readonly phone2: string | undefined;
  /** Where these stand. */
  readonly optionPosition: SourcePosition;
  /** Scripts that run before this one and may set the modem up (`init`). */
  readonly before: readonly ChatScript[];
  /** pppd drops DTR to hang up: not with `local`. */
  readonly hangsUpByDtr: boolean;
  /** PPP begins when the script ends. */
  readonly leadsToPpp: boolean;
}

interface DialSend {
  readonly at: number;
  readonly word: ChatWord;
  /** What follows the D, escapes undone. */
  readonly number: string;
}

/** What is wrong with a script that dials a modem (V.250, chat(8)); nothing of one that does not. */
export function checkDial(script: ChatScript, facts: DialFacts): readonly Finding[] {
  const pairs = readPairs(script);
  const dials = pairs.flatMap(({ send, directive }, at): readonly DialSend[] => {
    if (send === undefined || directive !== undefined) return [];
    const dial = readCommands(send.text, facts).find((command) => command.type === "dial");
    return dial === undefined ? [] : [{ at, word: send, number: dial.text }];
  });
  const [first] = dials;
  if (first === undefined) return [];
  return [
    ...dials.flatMap((dial) => checkNumber(dial, facts)),
    ...checkAborts(pairs, first),
    ...checkConnect(pairs, dials, facts),
    ...(facts.hangsUpByDtr ? checkDtr([...facts.before.flatMap(readPairs), ...pairs], first, facts) : []),
  ];
}

/** The commands of a send that is a command line; none of other sends. */
function readCommands(send: string, { phone, phone2 }: Pick<DialFacts, "phone" | "phone2">): readonly AtCommand[] {
  const text = cleanString(send, { sending: true, phone, phone2 }).text;
  // Pauses before it; a backslash that stands for itself is doubled.
  const line = /^(?:\\[dpK]|\s)*AT(.*)/is.exec(text)?.[1];
  return line === undefined ? [] : parseAtLine(line.replace(/\r.*$/s, "").replaceAll("\\\\", "\\"));
}

function checkNumber({ word, number }: DialSend, { optionPosition }: DialFacts): readonly Finding[] {
  const option = /\\([TU])/.exec(word.text)?.[1];
  const mistake = (code: string, message: string, hint: string, position = word.position): readonly Finding[] => [
    { code, severity: "error", position, message, hint },
  ];
  const letter = /\\([TU])/.exec(number)?.[1];
  if (letter !== undefined) {
    return mistake(
      "chat.no-number",
      `\\${letter} stands for the number of chat's option -${letter}, which is not given`,
      `add -${letter} NUMBER to the connect line, or write the number here`,
    );
  }
  const digits = number.replace(/^\s*[TP]/i, "").trim();
  if (digits === "") return mistake("chat.no-number", "no number is dialed here", "write the number after ATD");
  if (!isPlaceholder(digits)) return [];
  return mistake(
    "chat.placeholder",
    `'${digits}'${option === undefined ? "" : ` after chat's -${option}`} is a placeholder, not a telephone number`,
    "write your provider's number in its place",
    option === undefined ? word.position : optionPosition,
  );
}

/** A text for a telephone number that nobody has written yet: `<phone>`, `********`, `PHONE-NUMBER`, `xxxxxxx`. */
function isPlaceholder(number: string): boolean {
  // *99***1# is a number, letters A to D are tones, T P W @ L S= and $NAME mean something.
  return /[<>[\]{}?]|^[*#]{4,}$|\.\.\.|x{3,}|n{3,}|phone|number|your/i.test(number) && !number.includes("$");
}

/** ABORT of a modem's answer that is armed when the modem dials already. */
function checkAborts(pairs: readonly ScriptPair[], first: DialSend): readonly Finding[] {
  const armed = new Set<string>();
  return pairs.flatMap(({ directive, send }, at): readonly Finding[] => {
    if (directive !== "abort" || send === undefined) return [];
    const string = cleanString(send.text, { sending: false }).text.trim().toUpperCase();
    const known = armed.has(string);
    armed.add(string);
    const code = readResultCode(string)?.code;
    if (at < first.at || known || code === undefined || code === "ok" || code === "connect") return [];
    return [
      {
        code: "chat.abort-late",
        severity: "warning",
        position: send.position,
        message: `ABORT '${send.text}' comes after the dial (line ${first.word.position.line}), and is not heeded before`,
        hint: "put it above the line that dials",
      },
    ];
  });
}

/** What happens between the last dial and PPP. */
function checkConnect(pairs: readonly ScriptPair[], dials: readonly DialSend[], facts: DialFacts): readonly Finding[] {
  const dial = dials.at(-1);
  if (!facts.leadsToPpp || dial === undefined) return [];
  const after = pairs.slice(dial.at + 1).filter(({ directive }) => directive === undefined);
  if (after.length === 0) {
    return [
      {
        code: "chat.no-connect",
        severity: "warning",
        position: dial.word.position,
        message: "the script ends when it has dialed: PPP begins before the modem is connected",
        hint: "add a line CONNECT '\\c'",
      },
    ];
  }
  const last = after.at(-1);
  // A packet network (*99#, #777) is a machine: a return more is nothing to it.
  if (last?.send === undefined || !/^CONNECT/.test(last.expect.text) || /^\s*[TP]?\s*[*#][0-9]/i.test(dial.number))
    return [];
  if (cleanString(last.send.text, { sending: true }).text !== "\r") return [];
  return [
    {
      code: "chat.connect-return",
      severity: "warning",
      position: last.send.position,
      message: "a return is sent after CONNECT, where the other end's PPP or login may begin already",
      hint: "write CONNECT '\\c' to send nothing",
    },
  ];
}

/** pppd hangs up by dropping DTR, which a modem heeds with &D2 and &D3 only (V.250 6.2.9, circuit 108/2). */
function checkDtr(pairs: readonly ScriptPair[], first: DialSend, facts: DialFacts): readonly Finding[] {
  const settings = pairs.flatMap(({ send, directive }) =>
    send === undefined || directive !== undefined
      ? []
      : readCommands(send.text, facts).flatMap((command) =>
          command.type === "basic" && command.name === "&D" ? [{ word: send, value: command.value }] : [],
        ),
  );
  const last = settings.at(-1);
  if (last === undefined) {
    return [
      {
        code: "chat.no-dtr-hangup",
        severity: "info",
        position: first.word.position,
        message: "nothing tells the modem to hang up when DTR drops, which is how pppd hangs up",
        hint: "add AT&D2 or AT&D3 to the script, unless that is the modem's default",
      },
    ];
  }
  if (last.value >= 2) return [];
  return [
    {
      code: "chat.no-dtr-hangup",
      severity: "warning",
      position: last.word.position,
      message: `AT&D${last.value} makes the modem stay on the line when DTR drops, which is how pppd hangs up`,
      hint: "write AT&D2 or AT&D3",
    },
  ];
}
