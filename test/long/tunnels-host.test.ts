import { testTunnelHosts } from "./tunnel-hosts.ts";
import { useTunnels } from "./use-tunnels.ts";

testTunnelHosts(useTunnels());
