import { testLinkOrders } from "./link-orders.ts";
import { useTunnels } from "./use-tunnels.ts";

testLinkOrders(useTunnels("pppd 2.5"), "PPTP and PPPoE");
