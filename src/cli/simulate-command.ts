import { type Command, InvalidArgumentError, Option } from "commander";
import { type SimulateDeps, type SimulatedLineChoice, simulateModem } from "../app/simulate.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { CALL_WORDS } from "../modem/read-scenario.ts";

export interface SimulateCommandDeps extends SimulateDeps {
  /** Aborted by SIGINT, SIGTERM or SIGHUP: the one way for it to end. */
  readonly signal: AbortSignal;
  /** A line on standard output. */
  readonly print: (line: string) => void;
}

interface SimulateOptions {
  readonly link?: string;
  readonly device?: string;
  readonly speed?: number;
  readonly dtrFrom?: string;
  readonly scenario?: string;
  readonly numberIs?: (typeof CALL_WORDS)[number];
  readonly log?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  pppctl simulate --link /tmp/modem              a modem at /tmp/modem, until Ctrl-C
  pppctl simulate --link /tmp/modem --number-is busy
  pppctl simulate --scenario isp.json --log events.jsonl
  pppctl simulate --device /dev/ttyS2 --speed 115200 --dtr-from ttyS1

Without a scenario every number connects at 115200 to an echo, save 5550001 (busy), 5550002 (no carrier),
5550003 (no dialtone), 5550004 (no answer), 5550005 (voice) and 5550006 (silence).

A scenario is a JSON file; everything in it may be left out:
  {
    "numbers": {
      "8765432": { "rate": 33600, "to": { "command": ["/usr/sbin/pppd", "notty", "noauth", "10.0.0.1:10.0.0.2"] } },
      "5551234": { "byCall": ["busy", { "result": "no-answer", "afterMs": 3000 }, "connect"] },
      "5554321": { "connectText": "CONNECT 33600/ARQ/V34/LAPM/V42BIS", "to": { "socket": "127.0.0.1:4000" },
                   "garbage": "~}#", "loginPrompt": { "user": "yosef", "password": "secret" },
                   "carrierLostAfterMs": 60000 }
    },
    "default": "no-carrier",
    "factory": "&D0&C1", "dcd": "follows", "answerDelayMs": 20, "delays": { "ATZ": 2000 },
    "answers": { "AT+CSQ": ["+CSQ: 3,99"] }, "pin": "1234", "mute": false, "commandLimit": 255,
    "incoming": [{ "afterMs": 5000, "rings": 4, "everyMs": 5000, "call": { "to": "echo" } }]
  }
A call is one of ${CALL_WORDS.join(", ")}, or an object with "result" and what differs;
"to" is "echo", "silent", a command or a socket (host:port or an absolute path). "mute" is true for a modem that is dead, or
what wakes it: "dtr" (DTR drops), "+++", or "reset". SIGUSR2 resets the modem.`;

/** Add `simulate` to pppctl: a Hayes modem on a new pty or on a given tty, in the foreground. */
export function registerSimulateCommand(program: Command, deps: SimulateCommandDeps): Command {
  return program
    .command("simulate")
    .description("Be a modem, to rehearse a dial-up without a telephone line")
    .option("--link <path>", "make a symbolic link to the pty here")
    .addOption(new Option("--device <path>", "be the modem at this tty, not on a new pty").conflicts("link"))
    .option("--speed <rate>", "speed of the device (default 115200)", readSpeed)
    .option("--dtr-from <tty>", "take the computer's DTR from the kernel's record of this UART, such as ttyS1")
    .option("--scenario <file>", "what each number does (JSON)")
    .addOption(new Option("--number-is <what>", "what every number does").choices([...CALL_WORDS]))
    .option("--log <file>", "append the events to this file, a line of JSON each")
    .option("--json", "print the path as JSON")
    .addHelpText("after", HELP)
    .action(async (options: SimulateOptions) => {
      await simulateModem(
        {
          line: chooseLine(options),
          scenarioPath: options.scenario,
          numberIs: options.numberIs,
          logPath: options.log,
        },
        deps,
        (path) => deps.print(options.json === true ? JSON.stringify({ event: "ready", path }) : path),
        deps.signal,
      );
    });
}

function readSpeed(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a speed is a whole number such as 115200");
}

function chooseLine(options: SimulateOptions): SimulatedLineChoice {
  const { device, speed, dtrFrom, link } = options;
  if (device !== undefined) return { type: "device", path: device, speed: speed ?? 115200, dtrFrom };
  if (speed === undefined && dtrFrom === undefined) return { type: "pty", link };
  throw new PppctlError({
    code: "simulate.options",
    message: "simulate: --speed and --dtr-from are for --device",
    exitCode: ExitCode.options,
    hint: "name a --device, or leave them out",
  });
}
