import { describe, expect, test } from "vitest";
import { type CallRequest, planCall } from "../../src/app/plan-call.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

const chat = 'connect "chat -f /etc/chatscripts/isp"';

function plan(fake: FakeWorld, more: Partial<CallRequest> = {}) {
  return planCall({ peer: parsePeerName("isp"), extraWords: [], wait: true, quick: false, ...more }, fake.world);
}

test("a direct call, step by step, and nothing is touched", async () => {
  const fake = new FakeWorld();
  fake.files.set("/etc/chatscripts/isp", "ABORT BUSY\n'' AT\nOK-AT-OK '\\qATPIN 1234'\nCONNECT '\\c'\n");
  expect(await plan(fake, { extraWords: ["mtu", "1400"] })).toMatchObject({
    mode: "direct",
    file: "/etc/ppp/peers/isp",
    device: "/dev/ttyS1",
    speed: 115200,
    linkname: "isp",
    chat: [
      "ABORT BUSY",
      "expect ''",
      "send AT",
      "expect OK, else send AT, expect OK",
      "send ??????",
      "expect CONNECT",
      "send \\c",
    ],
    findings: [],
  });
  const { pppd } = await plan(fake, { extraWords: ["mtu", "1400"] });
  expect(pppd.slice(0, 3)).toEqual(["pppd", "call", "isp"]);
  expect(pppd.slice(-4)).toEqual(["mtu", "1400", "file", "/proc/self/fd/0"]);
  expect(fake.journal).toEqual([]);
  expect(fake.records.size).toBe(0);
});

describe("who dials", () => {
  test.each([
    ["persist", [chat, "persist"], {}, "on-call"],
    ["init", [chat, 'init "chat OK AT"'], {}, "on-call"],
    ["--no-wait", [chat], { wait: false }, "on-call"],
    ["another connect program", ["connect /usr/bin/wvdial"], {}, "as-is"],
    ["no connect program", [], {}, "as-is"],
  ] as [string, string[], Partial<CallRequest>, string][])("%s", async (_, peer, more, mode) => {
    const planned = await plan(new FakeWorld({ peer }), more);
    expect(planned.mode).toBe(mode);
    expect(planned.pppd.includes('exec "$PPPCTL" dial')).toBe(mode === "on-call");
    expect(planned.pppd.join(" ").includes("connect  ")).toBe(false);
  });

  test("a pty: nobody", async () => {
    const fake = new FakeWorld();
    fake.files.set("/etc/ppp/peers/isp", 'pty "pptp host --nolaunchpppd"\nnoauth\n');
    expect(await plan(fake)).toMatchObject({ mode: "as-is", device: undefined, chat: [] });
  });

  test("not root: pppd, without the options that only root may give", async () => {
    const planned = await plan(new FakeWorld({ root: false, peer: [chat] }));
    expect(planned).toMatchObject({ mode: "as-is", why: expect.stringContaining("root") });
    expect(planned.pppd).not.toContain("ip-up-script");
    expect(planned.pppd).not.toContain("linkname");
  });
});

test("a peer's own linkname, wait and hook scripts are kept", async () => {
  const { pppd, linkname } = await plan(
    new FakeWorld({ peer: [chat, "linkname home", "updetach", "ip-up-script /bin/mine"] }),
  );
  expect(linkname).toBe("home");
  expect(pppd).not.toContain("linkname");
  expect(pppd).not.toContain("updetach");
  expect(pppd).not.toContain("ip-up-script");
  expect(pppd).toContain("ip-down-script");
});

test("mistakes: of the peer and of the script, each with its place", async () => {
  await expect(plan(new FakeWorld({ peer: [chat, "nosuchoption"] }))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("/etc/ppp/peers/isp:3:1:"),
  });
  const fake = new FakeWorld();
  fake.files.delete("/etc/chatscripts/isp");
  await expect(plan(fake)).rejects.toMatchObject({ code: "chat.script", exitCode: 2 });
});
