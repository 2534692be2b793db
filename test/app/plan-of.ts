import type { World } from "../../src/app/deps.ts";
import { loadPlan } from "../../src/app/load-plan.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { DialPlan } from "../../src/peer/dial-plan.ts";

/** The plan of the peer `isp`, called with these words. */
export async function planOf(extraWords: readonly string[], world: World): Promise<DialPlan> {
  return (await loadPlan({ peer: parsePeerName("isp"), extraWords }, world)).plan;
}
