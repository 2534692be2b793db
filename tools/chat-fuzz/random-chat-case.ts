import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** What a modem does when chat waits for it. */
export type FuzzStep =
  | { readonly send: string }
  /** It stays silent until chat's patience is over. */
  | { readonly alarm: true }
  /** Somebody sends chat a signal. */
  | { readonly signal: string }
  | { readonly hangup: true };

/** A chat and its modem. Texts have one character a byte. */
export interface FuzzCase {
  readonly argv: readonly string[];
  readonly script?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly modem: readonly FuzzStep[];
  /** SIGALRM comes, as at the end of TIMEOUT, in the middle of each `\d`. */
  readonly cutsDelays: boolean;
}

/** Few letters, so that strings overlap, and everything that means something to chat. */
const EXPECTS = [
  "",
  "OK",
  "K",
  "O",
  "A",
  "AB",
  "ABA",
  "AAB",
  "NO",
  "NO CARRIER",
  "CONNECT",
  "login:",
  "AT",
  "xx",
  "a-b",
  "-",
  "OK-",
  "-OK",
  "--",
  "OK--OK",
  "x-\\c-OK",
  "OK-AT-OK",
  "OK-EOT-",
  "OK-BREAK-OK",
  "OK-\\d\\c-OK",
  "OK-@@DIR@/f-OK",
  "x-^M\\c-A",
  "\\-",
  "a\\-b",
  "\\055",
  "^-",
  "\\r",
  "\\n",
  "\\r\\n",
  "^M",
  "^J",
  "^@",
  "^",
  "a^",
  "\\0",
  "\\134",
  "\\117K",
  "x\\101\\60\\8",
  "\\q",
  "OK\\q",
  "\\c",
  "\\N\\c",
  "\\e\\f",
  "a\\",
  "a\\\\b",
  "O\\sK",
  "$V",
  "O$V",
  "\\$V",
  "$" + "{V}",
  "\\T",
  "\\U",
  "B^GA",
  "\x7f\x01",
  "\xe4\xff",
  "#",
  "'",
  '"',
  "A\\x",
] as const;

const SENDS = [
  "",
  "AT",
  "OK",
  "ATD\\T",
  "ATD\\U\\c",
  "\\c",
  "\\c\\c",
  "AT\\c",
  "A\\cB",
  "AT\\c\\p",
  "\\q",
  "A\\qB",
  "EOT",
  "BREAK",
  "EOT\\c",
  "@",
  "@@DIR@/f",
  "@ @DIR@/f",
  "@@DIR@/nope",
  "\\@",
  "a-b",
  "\\r",
  "\\n\\c",
  "^M",
  "^M\\c",
  "^",
  "^@",
  "a^?",
  "^^",
  "\\0",
  "\\N\\c",
  "\\400",
  "\\134",
  "\\134\\c",
  "x\\101\\60\\8",
  "AT\\\\Q3",
  "\\pAT",
  "\\K\\c",
  "\\e\\f",
  "a\\tb\\n\\b\\s",
  "a\\",
  "$V",
  "x$" + "{V}",
  "\\$V",
  "$",
  "$NONE",
  "\xe4\xff",
  "\x7f\x01",
  "A#",
  "'",
  "\\T",
  "\\U\\c",
  "\\d\\c",
  "\\d\\d\\c",
  "AT\\d\\c",
  "\\dAT",
] as const;

/** Directives with their strings. */
const KEYWORDS = [
  "ABORT",
  "ABORT",
  "ABORT",
  "CLR_ABORT",
  "REPORT",
  "REPORT",
  "CLR_REPORT",
  "SAY",
  "ECHO",
  "HANGUP",
] as const;
const ARMED = [
  "A",
  "OK",
  "K",
  "xx",
  "NO",
  "NO CARRIER",
  "BUSY",
  "\\r",
  "^J",
  "ABA",
  "AB",
  "$V",
  "\\q",
  "",
  "a\\-b",
  "-",
] as const;
/** Long: how patient chat is the modem says. */
const TIMEOUTS = ["30", "031x", " 30", "0", "-1", "x", "$V", "+45"] as const;
const SWITCHES = ["ON", "OFF", "on", ""] as const;
const TOLD = ["hi", "hi\\n", "\\c", "a\\tb\\c", "^M\\n", "$V", "\\d\\c", "\\q", "A\\0B", "\\134n", "a\\"] as const;
const NUMBERS = ["555", "1\\p2", "x\\\\y", "a^b", "77\\c", ""] as const;
const VALUES = ["OK", "K", "x\\ty", "A^M", "a-b", "", "ON", "xx"] as const;
const CONTENTS = ["pin\n", "EOT", "a\\qb\n\n", "^M\\c\n", "\\c", "@x", "two\nlines\n", "", "A\0B", "crlf\r\n"] as const;

/** What a modem says, in pieces of these. */
const HEARD = [
  "OK",
  "O",
  "K",
  "A",
  "AB",
  "ABA",
  "B",
  "NO",
  "NO CARRIER",
  "BUSY",
  "CONNECT",
  "login:",
  "AT",
  "xx",
  "a-b",
  "a\\b",
  "-",
  "x\\Ty",
  "\r",
  "\n",
  "\r\n",
  "\t",
  "\0",
  "\x07",
  "\x7f",
  "\x01",
  "\xcf\xcb",
  " ",
  "\x1b[2J",
  "z".repeat(30),
  "y".repeat(100),
] as const;

/** The case of this seed and index, always the same one. */
export function randomChatCase(seed: number, index: number): FuzzCase {
  const random = seededRandom(seed, index);
  // A delay costs a second, or the time to see that it is one: few cases have them.
  const words = randomWords(random).map((word) => (index % 8 === 0 ? word : word.replaceAll("\\d", "\\p")));
  const options = randomOptions(random);
  const common = {
    env: { V: random.pick(VALUES) },
    files: { f: random.pick(CONTENTS) },
    modem: randomModem(random, words),
    cutsDelays: random.chance(0.8) && words.some((word) => word.includes("\\d")),
  };
  if (random.chance(0.5)) return { ...common, script: renderScript(random, words), argv: options };
  return { ...common, argv: [...options, "--", ...words] };
}

function randomOptions(random: SeededRandom): string[] {
  // Everything that happens is in the log: two runs that send the same may still have done different things.
  const options = random.chance(0.9) ? ["-S", "-v", "-s"] : ["-sS"];
  if (random.chance(0.3)) options.push("-t", random.pick(TIMEOUTS));
  if (random.chance(0.2)) options.push("-e");
  if (random.chance(0.15)) options.push("-V");
  if (random.chance(0.4)) options.push("-E");
  if (random.chance(0.6)) options.push("-T", random.pick(NUMBERS));
  if (random.chance(0.4)) options.push("-U", random.pick(NUMBERS));
  if (random.chance(0.35)) options.push("-r", "@REPORT@");
  return options;
}

/** Words in pairs, mostly: a word more or less makes all that follow change places, as in real scripts. */
function randomWords(random: SeededRandom): string[] {
  const words: string[] = [];
  const pairs = 1 + random.below(7);
  for (let i = 0; i < pairs; i++) {
    if (random.chance(0.04)) words.push(random.pick(SENDS));
    if (random.chance(0.1)) words.push("TIMEOUT", random.pick(TIMEOUTS));
    else if (random.chance(0.4)) words.push(...randomDirective(random));
    else words.push(randomExpect(random), randomSend(random));
  }
  if (random.chance(0.3)) words.push(randomExpect(random));
  return words;
}

function randomDirective(random: SeededRandom): [string, string] {
  const keyword = random.pick(KEYWORDS);
  if (keyword === "SAY") return [keyword, random.pick(TOLD)];
  if (keyword === "ECHO" || keyword === "HANGUP") return [keyword, random.pick(SWITCHES)];
  return [keyword, random.chance(0.02) ? "A".repeat(48 + random.below(4)) : random.pick(ARMED)];
}

function randomExpect(random: SeededRandom): string {
  if (random.chance(0.02)) return "O".repeat(1023 + random.below(4));
  return random.chance(0.15) ? random.pick(EXPECTS) + random.pick(EXPECTS) : random.pick(EXPECTS);
}

function randomSend(random: SeededRandom): string {
  return random.chance(0.2) ? random.pick(SENDS) + random.pick(SENDS) : random.pick(SENDS);
}

function randomModem(random: SeededRandom, words: readonly string[]): FuzzStep[] {
  const steps: FuzzStep[] = [];
  // What the script waits for, so that many come through.
  const wanted = words
    .filter((word, i) => i % 2 === 0 && /^[ -Z_-z]+$/.test(word))
    .map((word) => word.split("-")[0] ?? "");
  for (let i = random.below(6); i > 0; i--) {
    if (random.chance(0.15)) steps.push({ alarm: true });
    let text = random.chance(0.6) ? (wanted.shift() ?? "") : "";
    for (let parts = (text === "" ? 1 : 0) + random.below(4); parts > 0; parts--) text += random.pick(HEARD);
    const size = random.chance(0.3) && text.length < 20 ? 1 + random.below(3) : text.length;
    for (let at = 0; at < text.length; at += size) steps.push({ send: text.slice(at, at + size) });
  }
  const end = random.below(16);
  if (end === 0) steps.push({ hangup: true });
  // With a report to be ended chat lingers at a signal, and we do not (test/pty); SIGHUP may be ignored.
  else if (end === 1 && !words.includes("REPORT")) {
    steps.push({ signal: words.includes("HANGUP") ? "TERM" : random.pick(["TERM", "INT", "HUP"]) });
  }
  return steps;
}

/** The words as a script's text: quotes, comments and line ends of all kinds. */
function renderScript(random: SeededRandom, words: readonly string[]): string {
  const lineEnd = random.chance(0.12) ? "\r\n" : "\n";
  let text = random.chance(0.05) ? "\n\n" : "";
  for (const word of words) {
    text += quote(random, word);
    if (random.chance(0.01)) text += '"glued"';
    if (random.chance(0.35)) {
      text += random.pick(["", "", " ", "\t"]) + lineEnd;
      if (random.chance(0.25)) text += random.pick(["#c OK", " #", "#", "", "\t"]) + lineEnd;
    } else text += random.pick([" ", " ", "\t", "  ", " \t "]);
  }
  if (random.chance(0.01)) text += '"open';
  return random.chance(0.5) ? text + lineEnd : text;
}

function quote(random: SeededRandom, word: string): string {
  const needed = word === "" || /[ \t\n]/.test(word) || /^["'#]/.test(word);
  if (!needed && random.chance(0.7)) return word;
  const mark = word.includes('"') || random.chance(0.4) ? "'" : '"';
  // A backslash before the closing quote would protect it.
  if (word.includes(mark) || word.endsWith("\\")) return word.replaceAll(/[ \t\n]/g, "");
  return mark + word + mark;
}
