import { expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import type { PeerName } from "../../../src/core/peer-name.ts";
import { planDial } from "../../../src/peer/plan-dial.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";
import { describeTunnelLine } from "../../../src/peer/tunnel-line.ts";

function planOf(...lines: readonly string[]) {
  return planDial(
    readPeer({
      name: "t" as PeerName,
      extraWords: [],
      read: (path) =>
        path === "/etc/ppp/peers/t"
          ? { kind: "file", bytes: bytesFromLatin1(`${lines.join("\n")}\n`) }
          : { kind: "missing" },
      deviceKind: () => "missing",
      root: true,
      version: "2.4.9",
      interfaceExists: (name) => /^eth1(\.7)?$/.test(name),
    }),
  );
}

test.each([
  ['pty "pptp 192.0.2.1 --nolaunchpppd"', { kind: "pptp", server: "192.0.2.1" }],
  ['pty "exec /usr/sbin/pptp --loglevel 0 --nolaunchpppd vpn.example"', { kind: "pptp", server: "vpn.example" }],
  ["pty \"pptp --timeout=1 'vpn.example'\"", { kind: "pptp", server: "vpn.example" }],
  ['set VPN=vpn.example\npty "pptp $VPN --nolaunchpppd"', { kind: "pptp", server: "vpn.example" }],
  ['pty "pptp --nolaunch --time 1 vpn.example -- noauth"', { kind: "pptp", server: "vpn.example" }],
  ['pty "pptp --nolaunchpppd -- vpn.example"', { kind: "pptp", server: "vpn.example" }],
  ['pty "LANG=C exec nice -n -5 pptp --loglevel=2 vpn.example"', { kind: "pptp", server: "vpn.example" }],
  ['pty "pptp vpn.example --local 192.0.2.7"', { kind: "pptp", server: "vpn.example", ownWay: true }],
  ['pty "pptp vpn.example --rtmark=5"', { kind: "pptp", server: "vpn.example", ownWay: true }],
  ['pty "pptp one.example"\npty "pptp two.example"', { kind: "pptp", server: "two.example" }],
  ['pty "pptp --nolaunchpppd"', { kind: "program", program: "pptp" }],
  ['pty "pptp $(head -1 /etc/vpn) --nolaunchpppd"', { kind: "program", program: "pptp" }],
  ["plugin rp-pppoe.so eth1", { kind: "pppoe", by: "kernel", iface: "eth1" }],
  [
    "plugin pppoe.so\npppoe-service gold\npppoe-ac ACME\nnic-eth1",
    { kind: "pppoe", by: "kernel", iface: "eth1", service: "gold", concentrator: "ACME" },
  ],
  ['pty "pppoe -I eth1 -T 80 -m 1452"', { kind: "pppoe", by: "program", iface: "eth1" }],
  [
    'pty "/usr/sbin/pppoe -Ieth1 -S gold -C ACME"',
    { kind: "pppoe", by: "program", iface: "eth1", service: "gold", concentrator: "ACME" },
  ],
  ["plugin /usr/lib/pppd/2.4.9/pppoe.so\neth1", { kind: "pppoe", by: "kernel", iface: "eth1" }],
  ["plugin pppoe.so\neth1.7", { kind: "pppoe", by: "kernel", iface: "eth1.7" }],
  ['pty "pppoe"', { kind: "pppoe", by: "program", iface: "eth0" }],
  ["plugin pppol2tp.so", { kind: "l2tp" }],
  ["socket 192.0.2.1:4000", { kind: "socket", server: "192.0.2.1", port: "4000" }],
  ['pty "ssh -t -o BatchMode=yes -p 22 root@gate.example pppd notty"', { kind: "ssh", server: "gate.example" }],
  ['pty "ssh -Tp 22 ssh://root@gate.example:22"', { kind: "ssh", server: "gate.example" }],
  ['pty "ssh ssh://root@[2001:db8::1]:22"', { kind: "ssh", server: "2001:db8::1" }],
  ['pty "ssh -Tp22 -oUser=root gate.example"', { kind: "ssh", server: "gate.example" }],
  ['pty "/usr/local/bin/bridge --fast"', { kind: "program", program: "/usr/local/bin/bridge" }],
  ['pty "a | b"', { kind: "program", program: "a" }],
])("%s", (text, line) => {
  expect(planOf(text).tunnel).toEqual(line);
});

test("a serial line, a modem behind it or not, is no tunnel", () => {
  expect(planOf("/dev/ttyS0", "connect 'chat A B'").tunnel).toBeUndefined();
  expect(planOf("noauth").tunnel).toBeUndefined();
});

test("each line has its words", () => {
  const said = [
    'pty "pptp vpn.example --nolaunchpppd"',
    "plugin pppoe.so\npppoe-ac ACME\npppoe-service gold\neth1",
    "plugin pppol2tp.so",
    "socket 192.0.2.1:4000",
    'pty "ssh gate.example pppd"',
    'pty "bridge"',
  ].map((text) => {
    const { tunnel } = planOf(text);
    return tunnel && describeTunnelLine(tunnel);
  });
  expect(said).toEqual([
    "PPTP to vpn.example",
    "PPPoE on eth1, to ACME, service gold",
    "L2TP",
    "TCP to 192.0.2.1 port 4000",
    "ssh to gate.example",
    "the program bridge",
  ]);
});
