import { interruptedError } from "./call-context.ts";
import type { ConnectRequest } from "./connect.ts";
import type { World } from "./deps.ts";
import { type LoadedPlan, loadPlan } from "./load-plan.ts";

const lookMs = 250;

/**
 * Read the peer; where its device is not there, wait for it as long as `PON_DEVICE_WAIT` says (a modem is being plugged in). A device
 * that has not come then is for the caller to refuse.
 *
 * @throws PppctlError link.stopped when `request.signal` is aborted meanwhile
 */
export async function loadWhenPluggedIn(
  request: Pick<ConnectRequest, "peer" | "extraWords" | "loaded" | "signal" | "onEvent">,
  world: World,
): Promise<LoadedPlan> {
  let loaded = request.loaded ?? (await loadPlan(request, world));
  const { PON_DEVICE_WAIT } = loaded.settings;
  const { device } = loaded.plan;
  if (device?.missing !== true || PON_DEVICE_WAIT === 0) return loaded;
  request.onEvent({ type: "starting", what: `waiting for ${device.value} to be plugged in` });
  const until = world.clock.now() + PON_DEVICE_WAIT;
  while (loaded.plan.device?.missing === true && world.clock.now() < until) {
    try {
      await world.clock.sleep(lookMs, request.signal);
    } catch (error) {
      if (!request.signal.aborted) throw error;
      throw interruptedError(request);
    }
    if (world.files.deviceKind(device.value) === "char-device") loaded = await loadPlan(request, world);
  }
  return loaded;
}
