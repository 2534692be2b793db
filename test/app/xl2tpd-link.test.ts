import { expect, test } from "vitest";
import { connect } from "../../src/app/connect.ts";
import { disconnect } from "../../src/app/disconnect.ts";
import { findLinksOf } from "../../src/app/find-links.ts";
import { planCall } from "../../src/app/plan-call.ts";
import { repairHost } from "../../src/app/repair-host.ts";
import type { PeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

const config = "[global]\n[lac isp]\nlns = 192.0.2.1 ; theirs\npppoptfile = /etc/ppp/options.isp\n";

/** `more`: further lines of the lac. */
function lacWorld(peer: string, more = ""): FakeWorld {
  const fake = new FakeWorld();
  for (const name of ["l2", "isp"]) fake.files.set(`/etc/ppp/peers/${name}`, peer);
  fake.files.set("/etc/xl2tpd/xl2tpd.conf", `${config}${more}`);
  fake.addProcess(600, ["xl2tpd"]);
  // It answers calls too.
  fake.addProcess(601, ["/usr/sbin/pppd", "plugin", "pppol2tp.so", "pppol2tp_lns_mode"], { parent: 600 });
  return fake;
}

function call(fake: FakeWorld, name = "l2", said: string[] = []) {
  return connect(
    {
      peer: name as PeerName,
      extraWords: [],
      wait: true,
      quick: false,
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.type === "starting") said.push(event.what);
      },
    },
    fake.world,
  );
}

/**
 * xl2tpd starts a pppd, which says `lines` in the system's log, and of a lac of ours in the call's; one that `ends` is seen once.
 */
function answer(fake: FakeWorld, lines: readonly string[], fate: "up" | "ends", name = "l2"): void {
  Object.assign(fake.world.xl2tpd, {
    logSince: () => {
      if (fate === "ends") fake.processes.delete(700);
      return Promise.resolve(fake.systemLog);
    },
  });
  fake.onXl2tpd = (command) => {
    if (command === "connect-lac") {
      const ours = fake.records.get(name)?.has("xl2tpd-options") === true;
      const file = ours ? `/run/pppctl/${name}/xl2tpd-options` : "/etc/ppp/options.isp";
      fake.addProcess(700, ["/usr/sbin/pppd", "plugin", "pppol2tp.so", "file", file], { parent: 600 });
      fake.systemLog.push(...lines.map((text) => ({ program: "pppd", pid: 700, text })));
      if (ours) for (const line of lines) fake.world.stores.of(name).appendLog("pppd", line);
      if (fate === "up") {
        fake.files.set("/run/ppp3.pid", "700\n");
        if (ours) fake.files.set(`/run/ppp-${name}.pid`, "700\nppp3\n");
        fake.addresses.set("ppp3", ["10.0.0.2"]);
      }
    } else fake.processes.delete(700);
    return undefined;
  };
}

const commandsOf = (fake: FakeWorld) => fake.journal.filter((line) => line.startsWith("xl2tpd"));

const up = ["Using interface ppp3", "Connect: ppp3 <--> ", "local  IP address 10.0.0.2", "remote IP address 10.0.0.1"];

test.each([
  { name: "l2", peer: "set PON_L2TP_LAC=isp\nnoauth\n" },
  { name: "isp", peer: "noauth\n" },
])("a link of xl2tpd's, peer $name: up, down", async ({ name, peer }) => {
  const fake = lacWorld(peer);
  answer(fake, up, "up", name);
  const said: string[] = [];
  expect(await fake.clock.runUntil(call(fake, name, said))).toMatchObject({
    state: "up",
    iface: "ppp3",
    local: "10.0.0.2",
  });
  expect(said[0]).toBe("calling by xl2tpd (L2TP to 192.0.2.1)");
  expect(fake.journal).not.toContain("prepare");
  expect(findLinksOf(name, [], fake.world).map(({ process }) => process.pid)).toEqual([700]);
  await disconnect({ peer: name as PeerName, all: false, signal: "SIGTERM", wait: true }, fake.world);
  expect(commandsOf(fake)).toEqual([
    `xl2tpd add-lac pon-${name} lns = 192.0.2.1 pppoptfile = /run/pppctl/${name}/xl2tpd-options`,
    `xl2tpd connect-lac pon-${name}`,
    `xl2tpd disconnect-lac pon-${name}`,
    `xl2tpd remove-lac pon-${name}`,
  ]);
  expect(fake.changes).toEqual([]);
  expect(findLinksOf(name, [], fake.world)).toEqual([]);
});

test("pppd has the lac's options, the peer's, and pon's, in this order", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\nset PON_ROUTES=10.20.0.0/16\nusepeerdns\n");
  answer(fake, up, "up");
  expect(await fake.clock.runUntil(call(fake))).toMatchObject({ state: "up" });
  const words = [
    "linkname l2 logfile /run/pppctl/l2/pppd.log",
    "ip-up-script /opt/pppctl/bin/hooks/ip-up ip-down-script /opt/pppctl/bin/hooks/ip-down nodetach",
  ];
  expect(fake.records.get("l2")?.get("xl2tpd-options")).toBe(
    `file /etc/ppp/options.isp\ncall l2\n${words.join(" ")}\n`,
  );
  expect(JSON.parse(fake.records.get("l2")?.get("host.json") ?? "")).toMatchObject({
    networks: ["10.20.0.0/16"],
    nameServers: true,
  });
  // The hooks of this pppd find there whose it is.
  expect(JSON.parse(fake.records.get("l2")?.get("xl2tpd.json") ?? "")).toMatchObject({
    lac: "pon-l2",
    call: expect.any(String),
    pppd: { pid: 700 },
  });
});

test.each([
  {
    what: "xl2tpd calls it by itself",
    peer: "set PON_L2TP_LAC=isp\nusepeerdns\n",
    more: "autodial = yes\n",
    lac: "isp",
  },
  { what: "xl2tpd.conf does not have it", peer: "set PON_L2TP_LAC=other\n", more: "", lac: "other" },
])("a lac that is called as it is: $what", async ({ peer, more, lac }) => {
  const fake = lacWorld(peer, more);
  answer(fake, up, "up");
  expect(await fake.clock.runUntil(call(fake))).toMatchObject({ state: "up", iface: "ppp3" });
  expect(commandsOf(fake)).toEqual([`xl2tpd connect-lac ${lac}`]);
  // Nothing is planned for hooks that are not ours.
  expect(fake.records.get("l2")?.get("host.json") ?? "").not.toContain('"nameServers":true');
});

test("xl2tpd takes no lac of ours: the lac itself is called, and that is said", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\nusepeerdns\n");
  answer(fake, up, "up");
  const { onXl2tpd } = fake;
  fake.onXl2tpd = (command) => {
    fake.records.get("l2")?.delete("xl2tpd-options");
    return command === "add-lac" ? "Configuration parse error" : onXl2tpd(command);
  };
  expect(await fake.clock.runUntil(call(fake))).toMatchObject({ state: "up" });
  expect(fake.journal).toContain("xl2tpd connect-lac isp");
  expect(fake.records.get("l2")?.has("host.json")).toBe(false);
  expect(fake.changes.map(({ change }) => change.kind)).toEqual(["route"]);
});

test("a lac that xl2tpd calls again: it is not taken away in between, and poff ends it", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n", "redial = yes\n");
  answer(fake, up, "up");
  await fake.clock.runUntil(call(fake));
  fake.processes.delete(700);
  expect(await repairHost(fake.world)).toBe(0);
  const request = { peer: "l2" as PeerName, all: false, signal: "SIGTERM", wait: true } as const;
  expect(await disconnect(request, fake.world)).toMatchObject({ links: 1 });
  expect(commandsOf(fake).slice(-2)).toEqual(["xl2tpd disconnect-lac pon-l2", "xl2tpd remove-lac pon-l2"]);
  expect(fake.changes).toEqual([]);
});

test.each([
  ["Connection 0 closed to 192.0.2.1, port 1701 (Timeout)", "tunnel.l2tp-silent", "192.0.2.1 does not answer L2TP"],
  [
    "Connection 35617 closed to 192.0.2.1, port 1701 (No Authorization)",
    "tunnel.l2tp-refused",
    "192.0.2.1 refused the L2TP tunnel: No Authorization",
  ],
  ["Host name lookup failed for 192.0.2.1.", "tunnel.unresolved", "the address of 192.0.2.1 is not found"],
])("xl2tpd says: %s", async (text, code, sentence) => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n");
  fake.systemLog.push({ program: "xl2tpd", pid: 600, text });
  await expect(call(fake)).rejects.toMatchObject({ code, exitCode: 8, message: expect.stringContaining(sentence) });
  // It would go on calling.
  expect(commandsOf(fake).slice(-2)).toEqual(["xl2tpd disconnect-lac pon-l2", "xl2tpd remove-lac pon-l2"]);
});

test("xl2tpd's pppd fails: its own words are judged", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n");
  answer(fake, ["Connect: ppp3 <--> ", "CHAP authentication failed: Access denied", "Connection terminated."], "ends");
  await expect(fake.clock.runUntil(call(fake))).rejects.toMatchObject({
    code: "auth.refused",
    message: expect.stringContaining("Access denied"),
  });
});

test("--dry-run says who makes the link", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n");
  const request = { peer: "l2" as PeerName, extraWords: [], wait: true, quick: false };
  expect(await planCall(request, fake.world)).toMatchObject({
    mode: "as-is",
    why: "xl2tpd makes the link and runs pppd (lac isp)",
    pppd: [],
  });
});

test("what xl2tpd says of another tunnel is not ours", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n");
  answer(fake, up, "up");
  fake.systemLog.push({ program: "xl2tpd", pid: 600, text: "Connection 1 closed to 192.0.2.10, port 1701 (Timeout)" });
  expect(await fake.clock.runUntil(call(fake))).toMatchObject({ state: "up" });
});

test("xl2tpd does not know the lac", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=other\n");
  fake.onXl2tpd = () => "No such tunnel 'other'";
  await expect(call(fake)).rejects.toMatchObject({
    code: "tunnel.xl2tpd",
    message: "l2: xl2tpd, which this link belongs to, does not take the call: No such tunnel 'other'",
  });
});

test("poff of a lac that somebody else had called", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\n");
  const request = { peer: "l2" as PeerName, all: false, signal: "SIGTERM", wait: true } as const;
  expect(await disconnect(request, fake.world)).toMatchObject({ links: 1, peers: ["l2"] });
  fake.onXl2tpd = () => "Session 'isp' not up";
  await expect(disconnect(request, fake.world)).rejects.toMatchObject({ code: "poff.no-such-peer" });
});

test("a peer with hook scripts of its own has its options all the same", async () => {
  const fake = lacWorld("set PON_L2TP_LAC=isp\nip-up-script /bin/true\nip-down-script /bin/true\n");
  answer(fake, up, "up");
  expect(await fake.clock.runUntil(call(fake))).toMatchObject({ state: "up" });
  expect(fake.records.get("l2")?.get("xl2tpd-options")).toBe(
    "file /etc/ppp/options.isp\ncall l2\nlinkname l2 logfile /run/pppctl/l2/pppd.log nodetach\n",
  );
});
