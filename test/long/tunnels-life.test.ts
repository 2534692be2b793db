import { testTunnelLives } from "./tunnel-lives.ts";
import { useTunnels } from "./use-tunnels.ts";

testTunnelLives(useTunnels());
