import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { LoginPrompt } from "./login-dialogue.ts";
import type { CallAction, ConnectAction, FarEnd, IncomingCall, Scenario } from "./simulated-scenario.ts";

const FAILURES = ["busy", "no-carrier", "no-dialtone", "no-answer", "voice"] as const;

/** Words for `--number-is` and for a call without settings. */
export const CALL_WORDS = ["connect", ...FAILURES, "silence"] as const;

/** How long dialing and training take where the scenario does not say. Short, as a rehearsal should be. */
const DIAL_MS = 200;

/** The scenario without a file: every number connects to an echo, save a few that fail. */
export function makeDefaultScenario(): Scenario {
  return readScenario(
    {
      default: "connect",
      numbers: {
        "5550001": "busy",
        "5550002": "no-carrier",
        "5550003": "no-dialtone",
        "5550004": "no-answer",
        "5550005": "voice",
        "5550006": "silence",
      },
    },
    "default scenario",
  );
}

/** A scenario in which every number does the one thing (`--number-is`). */
export function makeOneWayScenario(word: (typeof CALL_WORDS)[number], base: Scenario): Scenario {
  const action: CallAction = readCall(word, "$", "--number-is");
  return { ...base, numbers: {}, otherNumbers: [action] };
}

/**
 * Check a scenario file's JSON (docs: `pppctl simulate --help`) and fill in what it leaves out.
 *
 * @param file its path, for messages.
 * @throws PppctlError `simulate.scenario`, exit status 2: `FILE: $.numbers.5551234.rate: …`.
 */
export function readScenario(json: unknown, file: string): Scenario {
  const root = readFields(json, "$", file, [
    "answerDelayMs",
    "delays",
    "mute",
    "factory",
    "dcd",
    "commandLimit",
    "pin",
    "answers",
    "numbers",
    "default",
    "incoming",
  ]);
  const numbers = Object.entries(readMap(root["numbers"] ?? {}, "$.numbers", file)).map(
    ([number, calls]) => [dialable(number), readCalls(calls, `$.numbers.${number}`, file)] as const,
  );
  const delays = Object.entries(readMap(root["delays"] ?? {}, "$.delays", file)).map(
    ([line, ms]) => [line.toUpperCase(), readMs(ms, `$.delays.${line}`, file)] as const,
  );
  const answers = Object.entries(readMap(root["answers"] ?? {}, "$.answers", file)).map(
    ([command, lines]) =>
      [
        command.toUpperCase().replace(/^AT(?=.)/, ""),
        readList(typeof lines === "string" ? [lines] : lines, `$.answers.${command}`, file, readText),
      ] as const,
  );
  const pin = root["pin"];
  return {
    answerDelayMs: readMs(root["answerDelayMs"] ?? 20, "$.answerDelayMs", file),
    delays: Object.fromEntries(delays),
    mute: readMute(root["mute"] ?? false, "$.mute", file),
    factory: readText(root["factory"] ?? "", "$.factory", file),
    dcd: readWord(root["dcd"] ?? "follows", ["follows", "always"], "$.dcd", file),
    commandLimit: readCount(root["commandLimit"] ?? 255, "$.commandLimit", file),
    pin: pin === undefined ? undefined : readText(pin, "$.pin", file),
    answers: Object.fromEntries(answers),
    numbers: Object.fromEntries(numbers),
    otherNumbers: readCalls(root["default"] ?? "connect", "$.default", file),
    incoming: readList(root["incoming"] ?? [], "$.incoming", file, readIncoming),
  };
}

/** Numbers may be written as they are dialed; the modem sees the digits. */
function dialable(number: string): string {
  return number.toUpperCase().replace(/[^0-9*#+A-D]/g, "");
}

function readCalls(json: unknown, path: string, file: string): readonly CallAction[] {
  if (typeof json === "object" && json !== null && "byCall" in json) {
    const fields = readFields(json, path, file, ["byCall"]);
    const calls = readList(fields["byCall"], `${path}.byCall`, file, readCall);
    if (calls.length === 0) refuse("must name at least one call", `${path}.byCall`, file);
    return calls;
  }
  return [readCall(json, path, file)];
}

function readCall(json: unknown, path: string, file: string): CallAction {
  if (typeof json === "string") {
    const result = readWord(json, CALL_WORDS, path, file);
    return readCall({ result }, path, file);
  }
  const all = readMap(json, path, file);
  const result = readWord(all["result"] ?? "connect", CALL_WORDS, `${path}.result`, file);
  if (result === "connect") return readConnect(json, path, file);
  const fields = readFields(json, path, file, result === "silence" ? ["result"] : ["result", "afterMs"]);
  if (result === "silence") return { result };
  return { result, afterMs: readMs(fields["afterMs"] ?? DIAL_MS, `${path}.afterMs`, file) };
}

function readConnect(json: unknown, path: string, file: string): ConnectAction {
  const fields = readFields(json, path, file, [
    "result",
    "afterMs",
    "rate",
    "connectText",
    "to",
    "garbage",
    "loginPrompt",
    "carrierLostAfterMs",
  ]);
  if (fields["result"] !== undefined) readWord(fields["result"], ["connect"], `${path}.result`, file);
  const { connectText, carrierLostAfterMs, loginPrompt } = fields;
  return {
    result: "connect",
    afterMs: readMs(fields["afterMs"] ?? DIAL_MS, `${path}.afterMs`, file),
    rate: readCount(fields["rate"] ?? 115200, `${path}.rate`, file),
    connectText: connectText === undefined ? undefined : readText(connectText, `${path}.connectText`, file),
    to: readFarEnd(fields["to"] ?? "echo", `${path}.to`, file),
    garbage: readText(fields["garbage"] ?? "", `${path}.garbage`, file),
    loginPrompt:
      loginPrompt === undefined || loginPrompt === false
        ? undefined
        : readLoginPrompt(loginPrompt === true ? {} : loginPrompt, `${path}.loginPrompt`, file),
    carrierLostAfterMs:
      carrierLostAfterMs === undefined ? undefined : readMs(carrierLostAfterMs, `${path}.carrierLostAfterMs`, file),
  };
}

function readFarEnd(json: unknown, path: string, file: string): FarEnd {
  if (json === "echo" || json === "silent") return { type: json };
  const fields = readFields(json, path, file, ["command", "socket"]);
  const { command, socket } = fields;
  if ((command === undefined) === (socket === undefined)) {
    return refuse('must be "echo", "silent", {"command": [...]} or {"socket": "..."}', path, file);
  }
  if (socket !== undefined) {
    const address = readText(socket, `${path}.socket`, file);
    if (!/^\/|^.+:\d+$/.test(address)) return refuse("must be host:port or an absolute path", `${path}.socket`, file);
    return { type: "socket", address };
  }
  const [program, ...rest] = readList(command, `${path}.command`, file, readText);
  if (program === undefined || program === "") return refuse("must name a program", `${path}.command`, file);
  return { type: "command", argv: [program, ...rest] };
}

function readLoginPrompt(json: unknown, path: string, file: string): LoginPrompt {
  const keys = ["banner", "loginText", "passwordText", "user", "password", "failText", "afterText"] as const;
  const fields = readFields(json, path, file, keys);
  const text = (key: (typeof keys)[number]): string | undefined =>
    fields[key] === undefined ? undefined : readText(fields[key], `${path}.${key}`, file);
  return {
    banner: text("banner") ?? "",
    loginText: text("loginText") ?? "login: ",
    passwordText: text("passwordText") ?? "Password: ",
    user: text("user"),
    password: text("password"),
    failText: text("failText") ?? "Login incorrect",
    afterText: text("afterText") ?? "",
  };
}

function readIncoming(json: unknown, path: string, file: string): IncomingCall {
  const fields = readFields(json, path, file, ["afterMs", "rings", "everyMs", "call"]);
  return {
    afterMs: readMs(fields["afterMs"] ?? 1000, `${path}.afterMs`, file),
    rings: readCount(fields["rings"] ?? 10, `${path}.rings`, file),
    everyMs: readCount(fields["everyMs"] ?? 5000, `${path}.everyMs`, file),
    call: readConnect(fields["call"] ?? {}, `${path}.call`, file),
  };
}

function refuse(what: string, path: string, file: string): never {
  throw new PppctlError({
    code: "simulate.scenario",
    message: `${file}: ${path}: ${what}`,
    exitCode: ExitCode.options,
    hint: "`pppctl simulate --help` shows a scenario",
  });
}

function readMap(json: unknown, path: string, file: string): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return refuse("must be an object", path, file);
  return json as Readonly<Record<string, unknown>>;
}

/** An object with no other keys than these: a misspelt one is found, not skipped. */
function readFields(
  json: unknown,
  path: string,
  file: string,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  const map = readMap(json, path, file);
  const stranger = Object.keys(map).find((key) => !keys.includes(key));
  if (stranger !== undefined) refuse(`unknown here; known are ${keys.join(", ")}`, `${path}.${stranger}`, file);
  return map;
}

function readList<T>(
  json: unknown,
  path: string,
  file: string,
  readItem: (json: unknown, path: string, file: string) => T,
): readonly T[] {
  if (!Array.isArray(json)) return refuse("must be a list", path, file);
  return json.map((item, index) => readItem(item, `${path}[${index}]`, file));
}

function readText(json: unknown, path: string, file: string): string {
  return typeof json === "string" ? json : refuse("must be a text in quotes", path, file);
}

function readMute(json: unknown, path: string, file: string): Scenario["mute"] {
  const until = ["dtr", "+++", "reset"] as const;
  const word = until.find((known) => known === json);
  return typeof json === "boolean" ? json : (word ?? refuse(`must be true, false, ${until.join(", ")}`, path, file));
}

/** A time in milliseconds: up to a day, since longer ones are slips. */
function readMs(json: unknown, path: string, file: string): number {
  if (typeof json === "number" && json >= 0 && json <= 86_400_000) return json;
  return refuse("must be a number of milliseconds from 0 to 86400000", path, file);
}

function readCount(json: unknown, path: string, file: string): number {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 1
    ? json
    : refuse("must be a whole number from 1", path, file);
}

function readWord<T extends string>(json: unknown, words: readonly T[], path: string, file: string): T {
  const word = words.find((known) => known === json);
  return word ?? refuse(`must be one of ${words.join(", ")}`, path, file);
}
