import { testTunnelCauses } from "./tunnel-causes.ts";
import { useTunnels } from "./use-tunnels.ts";

testTunnelCauses(useTunnels());
