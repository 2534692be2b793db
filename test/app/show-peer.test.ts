import { describe, expect, test } from "vitest";
import { showPeer } from "../../src/app/show-peer.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { device, FakeWorld } from "./fake-world.ts";

const isp = parsePeerName("isp");

test("where each option comes from and what it overrides", async () => {
  const { world, files } = new FakeWorld({ peer: ["connect 'chat -f /etc/chatscripts/isp'", "mtu 1400", "noauth"] });
  files.set("/etc/ppp/options", "auth\nmtu 1300\n");
  files.set(`/etc/ppp/options.ttyS1`, "user late\n");
  const shown = await showPeer(isp, world);
  expect(shown.accepted).toBe(true);
  expect(shown.options.map(({ name, args, line }) => [name, ...args, line])).toEqual([
    ["device", device, 1],
    ["speed", "115200", 1],
    ["connect", "chat -f /etc/chatscripts/isp", 2],
    ["mtu", "1400", 3],
    ["noauth", 4],
    ["user", "late", 1],
  ]);
  expect(shown.options[3]).toEqual({
    name: "mtu",
    args: ["1400"],
    file: "/etc/ppp/peers/isp",
    line: 3,
    column: 1,
    privileged: true,
    overrides: { name: "mtu", args: ["1300"], file: "/etc/ppp/options", line: 2, column: 1 },
  });
  expect(shown.plan).toMatchObject({
    kind: "serial",
    mode: "direct",
    device,
    deviceMissing: false,
    speed: 115200,
    linkname: "isp",
    connect: {
      kind: "chat",
      steps: ["ABORT BUSY", "expect ''", "send AT", "expect OK", "send ATD8765432", "expect CONNECT", "send \\c"],
    },
    user: "late",
  });
});

test("no secret is shown", async () => {
  const { world, files } = new FakeWorld({
    peer: [
      "user joe password TOPSECRET1 noauth set SIM_PIN=TOPSECRET2",
      `connect "chat -v '' AT+CPIN=TOPSECRET3 OK ATD1 ogin: joe ssword: TOPSECRET4 host: \\\\\\\\qTOPSECRET5"`,
      `disconnect "dialer --password=TOPSECRET6 --password TOPSECRET7 | cat"`,
    ],
  });
  files.set("/etc/ppp/chap-secrets", "joe * TOPSECRET8\n");
  const shown = await showPeer(isp, world);
  const text = JSON.stringify(shown);
  expect(text).not.toContain("TOPSECRET");
  expect(shown.plan.connect.text).toBe("chat -v '' AT+CPIN=?????? OK ATD1 ogin: joe ssword: ?????? host: ??????");
  expect(shown.plan.connect.steps).toContain("send joe");
  expect(shown.plan.disconnect).toMatchObject({ kind: "command", why: "it has a pipe" });
  expect(text).toContain("ATD1");
});

describe("what pppd would say", () => {
  test.each([
    ["noauth nonsense", false, ["peer.unknown-option"]],
    ["auth", false, ["auth.peer-not-provable"]],
    ["noauth /dev/ttyUSB7", true, ["device.missing"]],
    ["noauth connect 'chat -f /nowhere'", true, ["chat.script"]],
    ["noauth", true, []],
  ])("%s: accepted %s", async (words, accepted, codes) => {
    const { world } = new FakeWorld({ peer: [words] });
    const shown = await showPeer(isp, world);
    expect([shown.accepted, shown.findings.map(({ code }) => code)]).toEqual([accepted, codes]);
  });

  test("a chat script's mistake is at its own place", async () => {
    const { world, files } = new FakeWorld();
    files.set("/etc/chatscripts/isp", "'' AT\nOK 'ATD\n");
    const { findings, accepted } = await showPeer(isp, world);
    expect(accepted).toBe(true);
    expect(findings).toMatchObject([{ severity: "warning", position: { file: "/etc/chatscripts/isp", line: 2 } }]);
  });

  test("a file that is not there", async () => {
    const { world } = new FakeWorld();
    await expect(showPeer(parsePeerName("other"), world)).rejects.toMatchObject({ code: "peer.missing", exitCode: 1 });
    await expect(showPeer({ file: "./x" }, world)).rejects.toMatchObject({ code: "peer.missing", exitCode: 1 });
  });

  test("any file reads as a peer would", async () => {
    const { world, files } = new FakeWorld();
    files.set("./new", `${device} noauth user joe`);
    const shown = await showPeer({ file: "./new" }, world);
    expect(shown).toMatchObject({ peer: undefined, file: "./new", accepted: true, plan: { user: "joe" } });
    expect(shown.plan.linkname).toBeUndefined();
  });
});
