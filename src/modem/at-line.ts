/**
 * The command line of a Hayes modem, cut into commands (ITU-T V.250 5.2 to 5.4):
 * what stands between `AT` and the carriage return.
 */
export type AtCommand =
  /** `E0`, `&D2`, `\Q3`, `%C0`, `#CC1`; `name` in upper case with its prefix, value 0 when not given. */
  | { readonly type: "basic"; readonly name: string; readonly value: number }
  /** `S7=60`, `S7?`; `S7` alone only selects. */
  | { readonly type: "register"; readonly register: number; readonly set: number | undefined; readonly read: boolean }
  /** `D` takes the rest of the line. */
  | { readonly type: "dial"; readonly text: string }
  /** `+CSQ`, `+CPIN?`, `+CGDCONT=1,"IP","x"`, `+CREG=?`, and makers' `^SYSCFG=2`. */
  | {
      readonly type: "extended";
      readonly name: string;
      readonly form: "run" | "read" | "set" | "test";
      readonly value: string;
    }
  | { readonly type: "unknown"; readonly text: string };

/** Sticky patterns for the commands, tried in this order at each place of the line. */
const BLANKS = /[ ;]+/y;
const REGISTER = /S(\d*)(?:=(\d*)|(\?))?/iy;
const EXTENDED = /([+^_!][A-Z][A-Z0-9]*)(=\?|\?|=((?:"[^"]*"?|[^";])*))?;?/iy;
const MAKERS = /([#$*@:-][A-Z]+)(?:=\?|=?(\d*)\??)/iy;
const BASIC = /([&\\%]?[A-Z])(\d*)/iy;

/**
 * Cut a command line into its commands. Never fails: what is no command becomes one
 * `unknown`, and ends the line, as a modem stops at the first mistake.
 *
 * @param line without the leading `AT` and without the carriage return.
 */
export function parseAtLine(line: string): readonly AtCommand[] {
  const commands: AtCommand[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) at += match[0].length;
    return match;
  };
  while (at < line.length) {
    if (take(BLANKS) !== null) continue;
    if (/d/i.test(line[at] ?? "")) return [...commands, { type: "dial", text: line.slice(at + 1) }];
    const register = take(REGISTER);
    const extended = register === null ? take(EXTENDED) : null;
    const basic = register === null && extended === null ? (take(MAKERS) ?? take(BASIC)) : null;
    if (register !== null) {
      const set = register[2] === undefined ? undefined : Number(register[2]);
      commands.push({ type: "register", register: Number(register[1]), set, read: register[3] !== undefined });
    } else if (extended !== null) {
      commands.push(readExtended(extended));
    } else if (basic !== null) {
      commands.push({ type: "basic", name: (basic[1] ?? "").toUpperCase(), value: Number(basic[2] ?? "") });
    } else {
      return [...commands, { type: "unknown", text: line.slice(at) }];
    }
  }
  return commands;
}

function readExtended(match: RegExpExecArray): AtCommand {
  const suffix = match[2];
  const form = suffix === undefined ? "run" : suffix === "?" ? "read" : suffix === "=?" ? "test" : "set";
  return { type: "extended", name: (match[1] ?? "").toUpperCase(), form, value: match[3] ?? "" };
}

/** What `D` was told (V.250 6.3.1). */
export interface DialText {
  /** Digits, `*`, `#`, `+` and `A` to `D`; brackets, dashes and blanks are left out. */
  readonly number: string;
  /** How many commas: each is a pause of S8 seconds. */
  readonly pauses: number;
  /** It ends with `;`: back to command mode after dialing. */
  readonly backToCommand: boolean;
  /** `DL`: the last number again. */
  readonly again: boolean;
}

/** Read the text after `D`. Modifiers (`T P W @ !` …) change nothing here and are left out. */
export function parseDialText(text: string): DialText {
  const upTo = text.indexOf(";");
  const dialed = (upTo === -1 ? text : text.slice(0, upTo)).toUpperCase();
  return {
    number: dialed.replace(/[^0-9*#+A-D]/g, ""),
    pauses: dialed.split(",").length - 1,
    backToCommand: upTo !== -1,
    again: /^\s*L\s*$/.test(dialed),
  };
}
