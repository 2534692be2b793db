import type { ConnectEvent } from "../app/connect-events.ts";
import type { Clock } from "../core/clock.ts";
import type { OutputStream } from "./standard-streams.ts";
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
    case "waking":
      return "the modem does not answer: waking it";
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
    case "attempt":
      return event.attempt === 1
        ? undefined
        : `attempt ${event.attempt}${event.of === undefined ? "" : ` of ${event.of}`}`;
    case "sent":
    case "received":
    case "waiting":
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

/** After so long, milliseconds, the line says what it waits for and for how long, and is drawn anew as often. */
const patience = 1000;

/**
 * On a terminal one line that updates, with what is waited for and for how long; elsewhere a line an event. With `verbose`
 * the dialogue with the modem too, else its last exchange when the dial fails.
 */
export function makeProgress(options: {
  readonly peer: string;
  readonly stream: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
  readonly clock: Pick<Clock, "now" | "sleep">;
}): Progress {
  const { peer, stream, verbose, clock } = options;
  const style = styleFor(stream, options.env);
  const updates = stream.isTTY && !verbose && options.env["TERM"] !== "dumb";
  const over = new AbortController();
  let shown = "";
  let said = "";
  let open = false;
  let attempt = "";
  let waitsFor = "";
  let since = clock.now();
  let ticking = false;

  const line = (text: string): void => {
    if (open) stream.write("\r\u001b[K");
    open = false;
    stream.write(`${text}\n`);
  };

  const draw = (): void => {
    const elapsed = clock.now() - since;
    const time = elapsed < patience ? "" : ` ${Math.floor(elapsed / 1000)} s`;
    const text = `${peer}: ${attempt}${shown}${time === "" ? "" : waitsFor} …`;
    const room = Math.max(20, (stream.columns || 80) - 1 - time.length);
    stream.write(`\r\u001b[K${text.slice(0, room)}${time}`);
    open = true;
  };

  const tick = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(patience, over.signal);
      if (open) draw();
    }
  };

  const update = (): void => {
    draw();
    if (ticking) return;
    ticking = true;
    // It ends with `end`, by rejecting.
    tick().catch(() => undefined);
  };

  const show = (event: ConnectEvent): void => {
    if (event.type === "sent" || event.type === "received") {
      if (verbose) line(style.dim(`${peer}: ${event.type === "sent" ? ">" : "<"} ${event.text}`));
      return;
    }
    if (event.type === "waking" && verbose) {
      line(style.dim(`${peer}: modem: ${event.text}`));
      return;
    }
    if (event.type === "waiting") {
      waitsFor = `, waiting for ${event.what}`;
      return;
    }
    if (event.type === "dial-failed") {
      const lines = verbose ? event.lines.map((text) => `  ${text}`) : describeExchange(event);
      for (const text of lines) line(style.dim(`${peer}: ${text}`));
    }
    const text = describe(event, peer);
    if (text === undefined || text === shown || text === said) return;
    if (event.type === "attempt" && updates) {
      attempt = `${text}: `;
      return;
    }
    if (event.type === "redialing") attempt = `try ${event.attempt} of ${event.attempts}: `;
    if (event.type === "warning" || event.type === "attempt-failed" || event.type === "redialing") {
      said = text;
      line(style.yellow(`${peer}: ${text}`));
      return;
    }
    said = "";
    shown = text;
    waitsFor = "";
    since = clock.now();
    if (updates) update();
    else line(`${peer}: ${text}`);
  };

  return {
    show,
    end: () => {
      over.abort();
      if (open) stream.write("\r\u001b[K");
      open = false;
    },
  };
}

/** What was sent last and what came, as the dialogue shows it. */
function describeExchange({ sent, received }: Extract<ConnectEvent, { type: "dial-failed" }>): readonly string[] {
  if (sent === undefined && received.length === 0) return [];
  const came = received.length === 0 ? ["< (nothing)"] : received.map((text) => `< ${text}`);
  return [...(sent === undefined ? [] : [`> ${sent}`]), ...came];
}
