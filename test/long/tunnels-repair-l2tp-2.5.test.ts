import { testKills } from "./kill-at-moments.ts";
import { useTunnels } from "./use-tunnels.ts";

const tunnels = useTunnels("pppd 2.5");
testKills(tunnels, "l2tp");
testKills(tunnels, "plugin");
