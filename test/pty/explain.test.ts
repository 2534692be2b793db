import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

const explain = async (...words: string[]) => world.run("pppctl", ["explain", ...words]);
const sampleLog = (name: string) =>
  readFileSync(new URL(`../data/pppd-logs/${name}.log`, import.meta.url), "utf8").replace(/^#.*\n/gm, "");

describe("a log", () => {
  test("of several calls: the last one, with the lines it rests on", async () => {
    const prefix = (text: string) => text.replace(/^(?=.)/gm, "Nov 20 22:00:00 gate pppd[123]: ");
    world.put("/var/log/ppp.log", prefix(sampleLog("carrier-lost") + sampleLog("redialed-then-refused")));
    const text = await explain("--log", "/var/log/ppp.log");
    expect(text).toMatchObject({ status: 0, stderr: "" });
    expect(text.stdout).toBe(
      "the other end refused our name or password (PAP): Login incorrect [auth-refused]\n" +
        "  from the log: Remote message: Login incorrect\n" +
        "  from the log: PAP authentication failed\n" +
        "trying again is of no use before something is changed\n" +
        "hint: check `user` in the peer file and its secret in /etc/ppp/pap-secrets or chap-secrets\n",
    );
    const json = await explain("--log", "/var/log/ppp.log", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      cause: "auth-refused",
      code: "auth.refused",
      retry: "not-before-change",
      evidence: ["Remote message: Login incorrect", "PAP authentication failed"],
    });
  });

  test("that is not there, or holds nothing of pppd's", async () => {
    expect(await explain("--log", "/var/log/none")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(/^pppctl: \/var\/log\/none: there is no such log\nhint: /),
    });
    world.put("/var/log/ppp.log", "Nov 20 22:00:00 gate sshd[1]: Modem hangup\n");
    expect(await explain("--log", "/var/log/ppp.log")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no line of pppd's"),
    });
  });
});

test.each([
  ["19", "auth-refused"],
  ["8", "connect-failed"],
  ["127", "pppd-missing"],
  ["200", "pppd-failed"],
])("exit status %s", async (status, cause) => {
  expect(await explain(status)).toMatchObject({ status: 0, stdout: expect.stringContaining(`[${cause}]`) });
});

test("exit status 75, which is pon's own", async () => {
  expect(await explain("75")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/own settings.*\nhint: /),
  });
});

test("a peer's last call: the dialer's record beside pppd's log", async () => {
  world.put("/etc/ppp/peers/isp", "/dev/ttyUSB0\nnoauth\n");
  expect(await explain("isp")).toMatchObject({ status: 1, stderr: expect.stringContaining("pppd.log") });
  world.put("/run/pppctl/isp/pppd.log", sampleLog("chap-refused-exit-16"));
  expect(await explain("isp")).toMatchObject({ status: 0, stdout: expect.stringContaining("[auth-refused]") });
  world.put("/run/pppctl/isp/pppd.log", "");
  const failure = { kind: "abort", string: "BUSY" };
  world.put("/run/pppctl/isp/dial.json", JSON.stringify({ version: 1, at: 7, device: "/dev/ttyUSB0", failure }));
  expect(await explain("isp")).toMatchObject({ status: 0, stdout: expect.stringContaining("answered BUSY [busy]") });
});

test("without a name: the last call that failed", async () => {
  expect(await explain()).toMatchObject({ status: 1, stderr: expect.stringContaining("no call that failed") });
  world.put("/etc/ppp/peers/isp", "/dev/ttyUSB0\nnoauth\n");
  const entry = (peer: string, cause: string, endedAt: number) =>
    `${JSON.stringify({ version: 1, id: `${endedAt}`, peer, origin: "direct", attempt: 1, startedAt: 1, endedAt, cause, sentence: "the modem answered BUSY", exitStatus: 8 })}\n`;
  world.put("/var/lib/pppctl/history.jsonl", entry("isp", "busy", 2) + entry("isp2", "idle", 3));
  expect(await explain()).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^isp: the modem answered BUSY \[busy\]\n/),
  });
  expect(JSON.parse((await explain("--json")).stdout)).toMatchObject({ peer: "isp", cause: "busy", exitStatus: 8 });
});

test("a log of a call that goes on is not explained", async () => {
  world.put("/var/log/ppp.log", "Connect: ppp0 <--> /dev/ttyS1\nlocal  IP address 10.0.0.2\n");
  expect(await explain("--log", "/var/log/ppp.log")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/^pppctl: .*ppp\.log: the last call in it has not ended: .*\nhint: /),
  });
});

test("of two pppds that log at a time, the one that spoke last", async () => {
  const line = (pid: number, text: string) => `Nov 20 22:00:00 gate pppd[${pid}]: ${text}\n`;
  const log = [
    line(1, "Connect: ppp0 <--> /dev/ttyS0"),
    line(2, "Connect: ppp1 <--> /dev/ttyS1"),
    line(2, "Modem hangup"),
  ];
  world.put("/var/log/ppp.log", [...log, line(1, "No response to 4 echo-requests")].join(""));
  const { stdout } = await explain("--log", "/var/log/ppp.log");
  expect(stdout).toMatch(/\[echo-timeout\]\n {2}from the log: No response to 4 echo-requests\n/);
});

test.each([[["isp", "--log", "x"]], [["256"]]])("wrong usage: %j", async (words) => {
  expect(await explain(...words)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("hint: ") });
});
