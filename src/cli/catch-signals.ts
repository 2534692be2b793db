const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first of SIGINT, SIGTERM and SIGHUP aborts `signal`, with its name as reason; none of them ends us by itself. */
export function catchSignals(): {
  readonly signal: AbortSignal;
  /** Whether SIGHUP does nothing from now on. */
  readonly ignoreHangup: (ignore: boolean) => void;
  readonly release: () => void;
} {
  const controller = new AbortController();
  let hangupIgnored = false;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== "SIGHUP" || !hangupIgnored) controller.abort(name);
  };
  for (const name of endingSignals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    ignoreHangup: (ignore) => {
      hangupIgnored = ignore;
    },
    release: () => {
      for (const name of endingSignals) process.off(name, onSignal);
    },
  };
}
