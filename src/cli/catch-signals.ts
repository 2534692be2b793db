const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The first of SIGINT, SIGTERM and SIGHUP aborts `signal`, with its name as reason; none of them ends us by itself.
 * SIGUSR1 does, as it ends any program that has no use for it: by itself node would open its debugger to the network.
 */
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
  process.once("SIGUSR1", dieOfIt);
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

/** Without its listener the signal does what it does by default. */
function dieOfIt(name: NodeJS.Signals): void {
  process.kill(process.pid, name);
}
