import { testLinkOrders } from "./link-orders.ts";
import { useTunnels } from "./use-tunnels.ts";

testLinkOrders(useTunnels(), "PPTP and PPPoE");
