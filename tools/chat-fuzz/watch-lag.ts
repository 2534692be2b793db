/** How late this process was, milliseconds: what chat does in its own process then meets a modem that is late, too. */
export interface LagWatch {
  /** The longest lag since `from` (performance.now()). */
  readonly since: (from: number) => number;
  readonly stop: () => void;
}

const TICK_MS = 10;
/** Shorter lags are not kept. */
const LEAST_MS = 20;

export function watchLag(): LagWatch {
  const lags: { readonly at: number; readonly ms: number }[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last - TICK_MS > LEAST_MS) lags.push({ at: now, ms: now - last - TICK_MS });
    last = now;
  }, TICK_MS);
  return {
    since: (from) => lags.reduce((most, { at, ms }) => (at >= from && ms > most ? ms : most), 0),
    stop: () => clearInterval(timer),
  };
}
