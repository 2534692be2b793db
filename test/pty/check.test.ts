import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
  world.remove("/etc/ppp/peers/demo");
  world.put("/usr/sbin/chat", "#!/bin/sh\n", 0o755);
});
afterEach(() => world.stop());

const codes = (stdout: string): readonly string[] =>
  (JSON.parse(stdout) as { findings: { file: string; line: number; column: number; code: string }[] }).findings.map(
    ({ file, line, column, code }) => `${file}:${line}:${column} ${code}`,
  );

test("no peer at all, a good one, a bad one, and what --strict makes of a warning", async () => {
  expect(await world.run("pppctl", ["check"])).toMatchObject({
    status: 0,
    stdout: "0 peers checked by the rules of pppd 2.4.9: nothing found\n",
  });
  world.putPeer("good", "noauth local", "connect 'chat -f /etc/chatscripts/demo'");
  expect(await world.run("pppctl", ["check", "--strict"])).toMatchObject({ status: 0, stderr: "" });
  world.putPeer("bad", "noauth", "ipparam", "lock");
  expect(await world.run("pppctl", ["check", "good"])).toMatchObject({ status: 0 });
  expect(await world.run("pppctl", ["check", "good", "bad"])).toMatchObject({ status: 0 });
  const strict = await world.run("pppctl", ["check", "--strict", "bad"]);
  expect(strict).toMatchObject({ status: 1, stdout: expect.stringContaining("/etc/ppp/peers/bad:4:1: warning: ") });
  world.putPeer("bad", "noauth", "nonsense");
  const json = await world.run("pppctl", ["check", "--json"]);
  expect([json.status, codes(json.stdout)]).toEqual([2, ["/etc/ppp/peers/bad:4:1 peer.unknown-option"]]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    pppdVersion: "2.4.9",
    checked: [
      { peer: "bad", file: "/etc/ppp/peers/bad" },
      { peer: "good", file: "/etc/ppp/peers/good" },
    ],
    errors: 1,
    warnings: 0,
    findings: [
      { severity: "error", peers: ["bad"], pppd: "In file /etc/ppp/peers/bad: unrecognized option 'nonsense'" },
    ],
  });
  expect(world.pppdCalls()).toEqual([]);
  expect(world.modemEvents().filter((event) => event !== "ready")).toEqual([]);
});

test("as any user, and without /dev/ppp", async () => {
  world.putPeer("isp", "noauth local", "connect 'chat -f /etc/chatscripts/demo'", "user joe");
  world.put("/etc/ppp/pap-secrets", "joe * secret\n", 0o600);
  world.remove("/dev/ppp");
  expect(await world.run("pppctl", ["check", "--strict"])).toMatchObject({ status: 0 });
  const ours = await world.run(
    "/usr/bin/setpriv",
    ["--reuid=nobody", "--regid=nogroup", "--clear-groups", `${process.cwd()}/bin/pppctl`, "check", "--json"],
    { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", XDG_RUNTIME_DIR: "/nonexistent" },
  );
  expect([ours.status, codes(ours.stdout)]).toEqual([0, ["/etc/ppp/peers/isp:5:1 secrets.root-only"]]);
});

test("Debian's peer provider, as the package brings it", async () => {
  const [peer, script] = ["/usr/share/ppp/provider.peer", "/etc/chatscripts/pap"].map((path) => {
    return existsSync(path) ? readFileSync(path) : undefined;
  });
  if (peer === undefined || script === undefined) throw new Error("this test needs Debian's package ppp");
  world.put("/etc/ppp/peers/provider", peer);
  world.put("/etc/chatscripts/pap", script);
  world.put("/etc/ppp/pap-secrets", '*\thostname\t""\t*\nguest\thostname\t"*"\t-\n', 0o600);
  const { status, stdout } = await world.run("pppctl", ["check", "--json"]);
  // Whether there is a route already, and who applies name servers, is this machine's.
  const found = codes(stdout).filter((code) => !/peer\.(?:default-route-exists|dns-not-applied)$/.test(code));
  expect({ status, found }).toEqual({
    status: 2,
    found: [
      "/etc/chatscripts/pap:20:5 chat.no-dtr-hangup",
      "/etc/chatscripts/pap:21:10 chat.connect-return",
      "/etc/ppp/peers/provider:10:1 secrets.none",
      "/etc/ppp/peers/provider:10:6 peer.placeholder",
      "/etc/ppp/peers/provider:15:9 chat.placeholder",
      "/etc/ppp/peers/provider:18:1 device.missing",
    ],
  });
});
