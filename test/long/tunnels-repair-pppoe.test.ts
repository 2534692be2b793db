import { testKills } from "./kill-at-moments.ts";
import { useTunnels } from "./use-tunnels.ts";

const tunnels = useTunnels();
testKills(tunnels, "kernel");
testKills(tunnels, "program");
