/** How late this process was, milliseconds: what chat does in its own process then meets a modem that is late, too. */
export interface LagWatch {
  /** All lags since `from` (performance.now()). */
  readonly since: (from: number) => number;
  readonly stop: () => void;
}

const TICK_MS = 10;
/** Longer than any run. */
const KEPT_MS = 100_000;
/** Shorter lags are not counted. */
const LEAST_MS = 5;

export function watchLag(): LagWatch {
  const lags: { readonly at: number; readonly ms: number }[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    while (lags[0] !== undefined && lags[0].at < now - KEPT_MS) lags.shift();
    if (now - last - TICK_MS > LEAST_MS) lags.push({ at: now, ms: now - last - TICK_MS });
    last = now;
  }, TICK_MS);
  return {
    since: (from) => lags.reduce((sum, { at, ms }) => (at >= from ? sum + ms : sum), 0),
    stop: () => clearInterval(timer),
  };
}
