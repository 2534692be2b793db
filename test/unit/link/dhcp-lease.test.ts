import { expect, test } from "vitest";
import { readDhclientLeases, readNetworkdLease } from "../../../src/link/dhcp-lease.ts";

const dhclient = `lease {
  interface "eth0";
  fixed-address 192.168.0.7;
  option dhcp-server-identifier 10.1.1.1;
}
lease {
  interface "wlan0";
  option dhcp-server-identifier 172.16.0.1;
}
lease {
  interface "eth0";
  fixed-address 192.168.0.7;
  option routers 192.168.0.1;
  option dhcp-server-identifier 10.1.1.2;
  renew 3 2026/11/25 10:00:00;
}
`;

test("dhclient: the last lease of the interface counts", () => {
  expect(readDhclientLeases(dhclient, "eth0")).toBe("10.1.1.2");
  expect(readDhclientLeases(dhclient, "wlan0")).toBe("172.16.0.1");
  expect(readDhclientLeases(dhclient, "eth1")).toBeUndefined();
  expect(readDhclientLeases('lease {\n  interface "eth0";\n}\n', "eth0")).toBeUndefined();
  expect(readDhclientLeases("", "eth0")).toBeUndefined();
});

test("systemd-networkd and NetworkManager", () => {
  expect(readNetworkdLease("ADDRESS=192.168.0.7\nSERVER_ADDRESS=10.1.1.1\nT1=300\n")).toBe("10.1.1.1");
  expect(readNetworkdLease("ADDRESS=192.168.0.7\nNEXT_SERVER=10.1.1.1\n")).toBeUndefined();
  expect(readNetworkdLease("SERVER_ADDRESS=10.1.1.1; rm\n")).toBeUndefined();
});
