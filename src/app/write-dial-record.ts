import type { DialFailure } from "../link/dial-failure.ts";
import { dialRecordName, formatDialRecord } from "../link/dial-record.ts";
import type { PeerStore, World } from "./deps.ts";
import type { DialOutcome } from "./dial.ts";

/** Leave the dialer's record for hooks, for `pon` and for `pppctl status`. Throws when it cannot be written. */
export function writeDialRecord(
  store: PeerStore,
  world: Pick<World, "clock">,
  dialed: {
    readonly device: string;
    readonly outcome: Pick<DialOutcome, "number" | "rate">;
    readonly failure: DialFailure | undefined;
  },
): void {
  const { number, rate } = dialed.outcome;
  store.write(
    dialRecordName,
    formatDialRecord({
      version: 1,
      at: world.clock.wallTime(),
      device: dialed.device,
      ...(number === undefined ? {} : { number }),
      ...(rate === undefined ? {} : { connectRate: rate }),
      ...(dialed.failure === undefined ? {} : { failure: dialed.failure }),
    }),
  );
}
