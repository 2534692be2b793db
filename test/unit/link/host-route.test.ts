import { expect, test } from "vitest";
import { parseHostRoutes, routeWords } from "../../../src/link/host-route.ts";

test.each([
  [
    '[{"dst":"default","gateway":"192.168.0.1","dev":"eth0","protocol":"dhcp","prefsrc":"192.168.0.7","metric":100,"flags":[]}]',
    "default via 192.168.0.1 dev eth0 proto dhcp src 192.168.0.7 metric 100",
  ],
  [
    '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":["onlink","linkdown"],"metrics":[{"mtu":1400}]}]',
    "default via 10.0.0.1 dev eth0 mtu 1400 onlink",
  ],
  ['[{"dst":"default","dev":"ppp0","scope":"link","flags":[]}]', "default dev ppp0 scope link"],
  [
    '[{"dst":"default","via":{"family":"inet6","host":"fe80::1"},"dev":"eth0","flags":[]}]',
    "default via inet6 fe80::1 dev eth0",
  ],
  [
    '[{"dst":"default","flags":[],"nexthops":[{"gateway":"10.0.0.1","dev":"a","weight":1,"flags":[]},{"gateway":"10.1.0.1","dev":"b","weight":2,"flags":["onlink"]}]}]',
    "default nexthop via 10.0.0.1 dev a weight 1 nexthop via 10.1.0.1 dev b weight 2 onlink",
  ],
  [
    '[{"dst":"default","gateway":"fe80::1","dev":"eth0","metric":1,"metrics":[{"rtt":300,"ecn":null,"congestion":"cubic"}],"pref":"high"}]',
    "default via fe80::1 dev eth0 metric 1 pref high rtt 300ms features ecn congctl cubic",
  ],
  ['[{"type":"unreachable","dst":"192.0.2.0/24","dev":"lo","metric":5}]', "unreachable 192.0.2.0/24 dev lo metric 5"],
])("ip -j says %s", (json, words) => {
  expect(parseHostRoutes(json).map((route) => routeWords(route).join(" "))).toEqual([words]);
});

test("an answer that is none of ip's", () => {
  for (const text of ["", "{}", "[", '[{"dst":1}]']) expect(parseHostRoutes(text)).toEqual([]);
});
