/**
 * What a modem says: the result codes of Hayes modems (ITU-T V.250 5.7, and what
 * makers added to it), in words and in digits, and the errors of GSM modems
 * (3GPP TS 27.007 9.2).
 */

type ResultCode =
  | "ok"
  | "connect"
  | "ring"
  | "ringing"
  | "no-carrier"
  | "error"
  | "no-dialtone"
  | "busy"
  | "no-answer"
  | "voice"
  | "fax"
  | "delayed"
  | "blacklisted"
  | "cme-error"
  | "cms-error";

/** One result code as read from a line. */
export interface ResultCodeReading {
  readonly code: ResultCode;
  /** Bits a second, when the line names them (`CONNECT 33600/ARQ`). */
  readonly rate?: number;
  /** What follows `+CME ERROR:` or `+CMS ERROR:`, such as `SIM PIN required` or `11`. */
  readonly detail?: string;
}

/** Makers spell some of them differently: all spellings that are known, in upper case. */
const VERBOSE: ReadonlyMap<string, ResultCode> = new Map(
  Object.entries({
    OK: "ok",
    RING: "ring",
    RINGING: "ringing",
    "NO CARRIER": "no-carrier",
    ERROR: "error",
    "COMMAND NOT SUPPORT": "error",
    "NO DIALTONE": "no-dialtone",
    "NO DIAL TONE": "no-dialtone",
    "NO DIAL-TONE": "no-dialtone",
    BUSY: "busy",
    "NO ANSWER": "no-answer",
    VOICE: "voice",
    FAX: "fax",
    "+FCON": "fax",
    DELAYED: "delayed",
    BLACKLISTED: "blacklisted",
    "BLACK LISTED": "blacklisted",
  } as const),
);

const NUMERIC: ReadonlyMap<string, ResultCode> = new Map(
  Object.entries({
    "0": "ok",
    "1": "connect",
    "2": "ring",
    "3": "no-carrier",
    "4": "error",
    "6": "no-dialtone",
    "7": "busy",
    "8": "no-answer",
  } as const),
);

/**
 * Digits for CONNECT with a rate. V.250 knows 0 to 8 only; these are what modems
 * of the Rockwell and Conexant family say. Other makers number differently.
 */
const NUMERIC_RATES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "5": 1200,
    "9": 600,
    "10": 2400,
    "11": 4800,
    "12": 9600,
    "13": 7200,
    "14": 12000,
    "15": 14400,
    "16": 19200,
    "17": 38400,
    "18": 57600,
    "19": 115200,
  }),
);

/**
 * The result code that a line is, or undefined for a line that is none (an echo,
 * an answer such as `+CSQ: 17,99`, login text). Blanks and line ends around it do not count.
 */
export function readResultCode(line: string): ResultCodeReading | undefined {
  const text = line.trim();
  const upper = text.toUpperCase();
  const plain = VERBOSE.get(upper) ?? NUMERIC.get(text);
  if (plain !== undefined) return { code: plain };
  const numericRate = NUMERIC_RATES.get(text);
  if (numericRate !== undefined) return { code: "connect", rate: numericRate };
  const error = /^\+CM([ES]) ERROR:\s*(.*)$/i.exec(text);
  if (error !== null)
    return { code: error[1]?.toUpperCase() === "E" ? "cme-error" : "cms-error", detail: error[2] ?? "" };
  if (/^CONNECT(?![A-Z])/.test(upper)) {
    const rate = readConnectRate(text);
    return rate === undefined ? { code: "connect" } : { code: "connect", rate };
  }
  return undefined;
}

/**
 * The first result code among the lines of what a modem sent. The last line counts
 * only when its end has arrived, so that `NO` or `1` is not taken for what it is the start of.
 */
export function findResultCode(received: string): ResultCodeReading | undefined {
  const lines = received.split(/[\r\n]+/);
  lines.pop();
  for (const line of lines) {
    const reading = readResultCode(line);
    if (reading !== undefined) return reading;
  }
  return undefined;
}

/**
 * The rate that the modem reported, in bits a second, from text such as `CONNECT 115200`,
 * `CONNECT 33600/ARQ/V34/LAPM/V42BIS` or a `CARRIER 33600` line. Where both are
 * there, CARRIER counts: CONNECT then tells the speed of the serial port. Undefined
 * when no rate is named.
 */
export function readConnectRate(text: string): number | undefined {
  const match = /\bCARRIER[ :]\s*(\d+)/i.exec(text) ?? /\bCONNECT\s+(\d+)/i.exec(text);
  const rate = match === null ? 0 : Number(match[1]);
  return Number.isSafeInteger(rate) && rate > 0 ? rate : undefined;
}

/** What a result code means for the caller, in one sentence without a full stop. */
export function describeResultCode(reading: ResultCodeReading): string {
  switch (reading.code) {
    case "ok":
      return "the modem did what it was told";
    case "connect":
      return reading.rate === undefined ? "the call is connected" : `the call is connected at ${reading.rate} bit/s`;
    case "ring":
      return "somebody is calling this line";
    case "ringing":
      return "the other end is ringing";
    case "no-carrier":
      return "the other end did not answer as a modem, or the call was cut off";
    case "error":
      return "the modem does not know the command, or refuses it";
    case "no-dialtone":
      return "the line is dead: the modem hears no dial tone";
    case "busy":
      return "the number is engaged";
    case "no-answer":
      return "nobody picked up";
    case "voice":
      return "a person answered, not a modem";
    case "fax":
      return "a fax machine answered";
    case "delayed":
      return "the modem refuses to dial this number again so soon";
    case "blacklisted":
      return "the modem refuses to dial this number: too many failed calls";
    case "cme-error":
      return `the mobile modem reports an error: ${reading.detail ?? ""}`;
    case "cms-error":
      return `the mobile modem reports a message error: ${reading.detail ?? ""}`;
    default:
      return reading.code satisfies never;
  }
}

/** What modem says about a call or a command: the word, and the digit for `ATV0`. */
const SPOKEN: Readonly<Record<SpokenResult, readonly [string, string]>> = {
  ok: ["OK", "0"],
  ring: ["RING", "2"],
  "no-carrier": ["NO CARRIER", "3"],
  error: ["ERROR", "4"],
  "no-dialtone": ["NO DIALTONE", "6"],
  busy: ["BUSY", "7"],
  "no-answer": ["NO ANSWER", "8"],
  // The Rockwell family has no digit for VOICE; 8 is the nearest.
  voice: ["VOICE", "8"],
};

/** The result codes that the simulated modem says, CONNECT apart. */
export type SpokenResult = "ok" | "ring" | "no-carrier" | "error" | "no-dialtone" | "busy" | "no-answer" | "voice";

/** The word (`ATV1`) or the digit (`ATV0`) for a result. */
export function wordResult(code: SpokenResult, verbose: boolean): string {
  return SPOKEN[code][verbose ? 0 : 1];
}

/** The digits for a CONNECT at `rate` (`ATV0`); `1` where the rate has no digits of its own. */
export function numberConnect(rate: number): string {
  return [...NUMERIC_RATES].find(([, known]) => known === rate)?.[0] ?? "1";
}
