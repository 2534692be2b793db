import type { World } from "../app/deps.ts";
import type { PeerStatus } from "../app/show-status.ts";
import { describeStatus, type Rates, ratesBetween, withRates } from "./describe-status.ts";
import { formatBytes } from "./format-amounts.ts";
import { drawGraph } from "./throughput-graph.ts";

const refreshMs = 1000;

/** The graph shows so many seconds. */
const graphSeconds = 300;

export interface WatchDeps {
  readonly world: Pick<World, "clock">;
  readonly signal: AbortSignal;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly json: boolean;
}

/**
 * Look every second until `q`, Ctrl-C or a signal. On a terminal the lines are redrawn in place, each at most as wide as the
 * terminal is then; elsewhere they are printed when they change (`--json`: every second). Gives back what was seen last.
 */
export async function watchStatus(look: () => Promise<PeerStatus[]>, deps: WatchDeps): Promise<PeerStatus[]> {
  const { clock } = deps.world;
  const screen = deps.stdout.isTTY === true && !deps.json ? openScreen(deps) : undefined;
  const plain = plainOutput(deps);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  if (deps.signal.aborted) end();
  deps.signal.addEventListener("abort", end);
  deps.stdout.on("error", end); // `| head` has gone
  screen?.onQuit(end);
  const series = new Map<string, number[]>();
  let seen: PeerStatus[] = [];
  let seenAt = clock.now();
  try {
    while (!stop.signal.aborted) {
      const states = await look();
      const at = clock.now();
      const rows = states.map((status): Row => {
        const rates = ratesBetween(
          seen.find(({ peer }) => peer === status.peer),
          status,
          at - seenAt,
        );
        const values = series.get(status.peer) ?? [];
        values.push(rates === undefined ? 0 : rates.sent + rates.received);
        if (values.length > graphSeconds) values.shift();
        series.set(status.peer, values);
        return { status, rates, values };
      });
      seen = states;
      seenAt = at;
      const now = clock.wallTime();
      if (screen === undefined) plain(rows, now);
      else screen.draw(rows, now);
      await clock.sleep(Math.max(0, refreshMs - (clock.now() - at)), stop.signal).catch(() => undefined);
    }
  } finally {
    deps.signal.removeEventListener("abort", end);
    screen?.close();
  }
  return seen;
}

interface Row {
  readonly status: PeerStatus;
  readonly rates: Rates | undefined;
  /** Bytes a second, both ways together, one a second, the newest last. */
  readonly values: readonly number[];
}

/** The lines of the screen, each no wider than `columns`. */
export function drawRows(rows: readonly Row[], columns: number, now: number): string[] {
  if (rows.length === 0) return ["no link is up".slice(0, columns)];
  return rows.flatMap(({ status, rates, values }) => {
    const lines = describeStatus(status, rates, now).trimEnd().split("\n");
    if (status.state === "up") {
      const label = `  ${formatBytes(values.at(-1) ?? 0)}/s`.padEnd(14);
      lines.push(`${label}${drawGraph(values, Math.min(graphSeconds, columns - label.length - 1))}`);
    }
    return lines.map((line) => line.slice(0, columns));
  });
}

function plainOutput({ stdout, json }: WatchDeps): (rows: readonly Row[], now: number) => void {
  let before = "";
  return (rows, now) => {
    if (json) {
      stdout.write(`${JSON.stringify(rows.map(({ status, rates }) => withRates(status, rates)))}\n`);
      return;
    }
    const key = rows.map(({ status }) => `${status.peer} ${status.state} ${status.attempt}`).join("\n");
    if (key === before) return;
    before = key;
    stdout.write(rows.map(({ status, rates }) => describeStatus(status, rates, now)).join("") || "no link is up\n");
  };
}

interface Screen {
  readonly draw: (rows: readonly Row[], now: number) => void;
  readonly onQuit: (quit: () => void) => void;
  readonly close: () => void;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

/** Draws over its last drawing: up to its first line, and from there on, clearing what is left of older lines. */
function openScreen({ stdin, stdout }: WatchDeps): Screen {
  let drawn = 0;
  let last: { readonly rows: readonly Row[]; readonly now: number } | undefined;
  const draw = (rows: readonly Row[], now: number): void => {
    last = { rows, now };
    // The last column stays free: a full line would wrap on some terminals.
    const lines = drawRows(rows, Math.max(10, (stdout.columns || 80) - 1), now).slice(
      0,
      Math.max(1, (stdout.rows || 24) - 1),
    );
    const up = drawn > 0 ? `\u001b[${drawn}A` : "";
    stdout.write(`${up}\r\u001b[J${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  const onResize = (): void => {
    // A narrower terminal has wrapped the old lines anywhere: begin on a clean one.
    stdout.write("\u001b[2J\u001b[H");
    drawn = 0;
    if (last !== undefined) draw(last.rows, last.now);
  };
  stdout.write(hideCursor);
  stdout.on("resize", onResize);
  const raw = stdin.isTTY === true;
  if (raw) stdin.setRawMode(true).resume();
  let onData: ((bytes: Buffer) => void) | undefined;
  return {
    draw,
    onQuit: (quit) => {
      onData = (bytes) => {
        // Raw, so Ctrl-C (3) and Ctrl-D (4) come as bytes.
        if (bytes.includes(0x71) || bytes.includes(0x03) || bytes.includes(0x04)) quit();
      };
      if (raw) stdin.on("data", onData);
    },
    close: () => {
      stdout.off("resize", onResize);
      if (onData !== undefined) stdin.off("data", onData);
      if (raw) stdin.setRawMode(false).pause();
      stdout.write(showCursor);
    },
  };
}
