import type { ConnectEvent } from "../app/connect-events.ts";
import { styleFor } from "./style.ts";

/** Shows how a call proceeds; `end` leaves the cursor at the start of an empty line. */
export interface Progress {
  readonly show: (event: ConnectEvent) => void;
  readonly end: () => void;
}

/** One clause for each thing that a user waits for. */
function describe(event: ConnectEvent, peer: string): string | undefined {
  switch (event.type) {
    case "opening":
      return `opening ${event.device}`;
    case "hanging-up":
      return "the modem is still off-hook: hanging up";
    case "initialising":
      return "initialising the modem";
    case "dialing":
      return `dialing ${event.number}`;
    case "logging-in":
      return "logging in";
    case "connected":
      return event.rate === undefined ? "connected" : `connected ${event.rate}`;
    case "starting":
      return event.what;
    case "negotiating":
      return "negotiating";
    case "authenticating":
      return "authenticating";
    case "attempt-failed":
      return event.sentence;
    case "redialing":
      return describeRedial(event, peer);
    case "warning":
      return event.text;
    case "sent":
    case "received":
    case "dial-failed":
      return undefined;
    default:
      return event satisfies never;
  }
}

function describeRedial(event: Extract<ConnectEvent, { type: "redialing" }>, peer: string): string {
  const when = event.waitMs < 1000 ? "now" : `in ${Math.round(event.waitMs / 1000)} s`;
  const what = event.peer === peer ? "again" : `on ${event.peer}`;
  const number = event.number === undefined ? "" : `, number ${event.number}`;
  return `dialing ${what} ${when}${number} (try ${event.attempt} of ${event.attempts})`;
}

/** On a terminal one line that updates, elsewhere a line an event. With `verbose` the dialogue with the modem too. */
export function makeProgress(options: {
  readonly peer: string;
  readonly stream: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
}): Progress {
  const { peer, stream, verbose } = options;
  const style = styleFor(stream, options.env);
  const updates = stream.isTTY === true && !verbose && options.env["TERM"] !== "dumb";
  let shown = "";
  let open = false;

  const line = (text: string): void => {
    if (open) stream.write("\r\u001b[K");
    open = false;
    stream.write(`${text}\n`);
  };

  const show = (event: ConnectEvent): void => {
    if (event.type === "sent" || event.type === "received") {
      if (verbose) line(style.dim(`${peer}: ${event.type === "sent" ? ">" : "<"} ${event.text}`));
      return;
    }
    if (event.type === "dial-failed" && verbose) for (const text of event.lines) line(`${peer}:   ${text}`);
    const text = describe(event, peer);
    if (text === undefined || text === shown) return;
    shown = text;
    if (event.type === "warning" || event.type === "attempt-failed" || event.type === "redialing") {
      line(style.yellow(`${peer}: ${text}`));
    } else if (updates) {
      stream.write(`\r\u001b[K${`${peer}: ${text} …`.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
      open = true;
    } else {
      line(`${peer}: ${text}`);
    }
  };

  return {
    show,
    end: () => {
      if (open) stream.write("\r\u001b[K");
      open = false;
    },
  };
}
