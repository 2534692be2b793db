import type { RecordedCase } from "../../test/app/chat-cases.ts";
import type { ModemStep } from "../../test/app/scripted-line.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** A chat and its modem, as test/data/chat has them. Texts have one character a byte. */
export type ChatCase = RecordedCase["case"];

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
] as const;

/** Directives with their strings; TIMEOUT never so that chat waits its 45 seconds. */
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
const TIMEOUTS = ["1", "1", "1x", " 1", "2"] as const;
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

/** Seconds of silence after which the modem speaks: whatever chat does at its own times is a tenth of a second away, at least. */
const QUIET = 0.17;

/** The case of this seed and index, always the same one. */
export function randomChatCase(seed: number, index: number): ChatCase {
  const random = seededRandom(seed, index);
  const words = randomWords(random);
  const options = randomOptions(random);
  const common = {
    env: { V: random.pick(VALUES) },
    files: { f: random.pick(CONTENTS) },
    modem: randomModem(random),
  };
  if (random.chance(0.5)) return { ...common, script: renderScript(random, words), argv: options };
  return { ...common, argv: [...options, "--", ...words] };
}

function randomOptions(random: SeededRandom): string[] {
  // Everything that happens is in the log: two runs that send the same may still have done different things.
  const options = ["-S", "-t", "1", "-v", "-s"];
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

function randomModem(random: SeededRandom): ModemStep[] {
  const steps: ModemStep[] = [];
  // Five times the silence are still less than the shortest timeout.
  for (let i = random.below(5); i > 0; i--) {
    let text = "";
    for (let parts = 1 + random.below(4); parts > 0; parts--) text += random.pick(HEARD);
    const piece = random.chance(0.3) && text.length < 20 ? { chunk: 1 + random.below(3), gap: 0.002 } : {};
    steps.push({ quiet: QUIET }, { send: text, ...piece });
  }
  // Words that change places may make chat wait for 45 seconds.
  steps.push({ quiet: 6 }, { signal: "TERM" });
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
