import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { type FdPoller, pumpFd } from "../../../src/io/pump-fd.ts";

test("a pump that was stopped leaves nothing behind in the poller, which the binding keeps for ever", () => {
  const poller = Object.assign(new EventEmitter(), { poll: () => undefined, destroy: () => undefined });
  const nothing = (): void => undefined;
  const pump = pumpFd(-1, poller satisfies FdPoller, { bytes: nothing, end: nothing, drained: nothing });
  expect(poller.eventNames()).not.toEqual([]);
  pump.stop();
  expect(poller.eventNames()).toEqual([]);
});
