const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first of SIGINT, SIGTERM and SIGHUP aborts `signal`, with its name as reason; none of them ends us by itself. */
export function catchSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => controller.abort(name);
  for (const name of endingSignals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of endingSignals) process.off(name, onSignal);
    },
  };
}
