import { expect, test } from "vitest";
import { readDhclientLeases, readDhcpcdLease, readNetworkdLease } from "../../../src/link/dhcp-lease.ts";

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

test.each([
  ["behind other options", [53, 1, 5, 0, 0, 54, 4, 10, 1, 1, 2, 255], "10.1.1.2"],
  ["that is not there", [53, 1, 5, 255, 54, 4, 10, 1, 1, 2], undefined],
  ["cut short", [53, 1, 5, 54, 4, 10, 1], undefined],
  ["of a length of its own", [54, 2, 10, 1, 255], undefined],
])("dhcpcd, with a server's address %s", (_, options, server) => {
  const message = Uint8Array.from([...Array<number>(236).fill(7), 99, 130, 83, 99, ...options]);
  expect(readDhcpcdLease(message)).toBe(server);
  expect(readDhcpcdLease(message.with(238, 1))).toBeUndefined();
  expect(readDhcpcdLease(message.subarray(0, 100))).toBeUndefined();
});
