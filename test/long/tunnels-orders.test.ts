import { useGuest } from "../vm/guest.ts";
import { useTunnelIsp } from "../vm/tunnel-isp.ts";
import { testLinkOrders } from "./link-orders.ts";
import { leaveNoLinks } from "./tunnel-kinds.ts";

const guest = useGuest();
const isp = useTunnelIsp(guest);
leaveNoLinks(guest, isp);

testLinkOrders(guest, isp);
