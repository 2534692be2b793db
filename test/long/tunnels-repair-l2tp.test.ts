import { testKills } from "./kill-at-moments.ts";
import { useTunnels } from "./use-tunnels.ts";

testKills(useTunnels(), "l2tp");
