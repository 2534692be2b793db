import { expect, test } from "vitest";
import { connect } from "../../src/app/connect.ts";
import { explainFailure } from "../../src/app/explain-failure.ts";
import type { PeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

const peer = "vpn" as PeerName;

function pptpWorld(): FakeWorld {
  const fake = new FakeWorld();
  fake.files.set("/etc/ppp/peers/vpn", 'pty "pptp 192.0.2.1 --nolaunchpppd"\nnoauth\n');
  fake.onPppd = (pppd) => {
    for (const line of [
      "Using interface ppp0",
      "Connect: ppp0 <--> /dev/pts/0",
      "LCP: timeout sending Config-Requests",
      "Connection terminated.",
      "Modem hangup",
    ]) {
      pppd.log(line);
    }
    pppd.exit(16);
  };
  return fake;
}

const call = (fake: FakeWorld, said: string[]) =>
  connect(
    {
      peer,
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

test("nobody speaks PPP, the server takes connections: GRE is lost", async () => {
  const fake = pptpWorld();
  const said: string[] = [];
  await expect(call(fake, said)).rejects.toMatchObject({
    code: "tunnel.gre-blocked",
    exitCode: 16,
    message: expect.stringContaining("vpn: 192.0.2.1 answers on TCP port 1723, but nothing came back through GRE"),
  });
  expect(said).toEqual(["starting pppd (PPTP to 192.0.2.1)"]);
  expect(fake.journal).toContain("knock 192.0.2.1:1723");
});

test.each([
  ["Connection refused", "tunnel.refused"],
  ["no answer", "tunnel.unreachable"],
])("nobody speaks PPP, and the server's port says: %s", async (refusal, code) => {
  const fake = pptpWorld();
  fake.knocks.set("192.0.2.1", refusal);
  await expect(call(fake, [])).rejects.toMatchObject({ code, message: expect.stringContaining("vpn: 192.0.2.1 ") });
});

test("explain names the server of the peer", async () => {
  const fake = pptpWorld();
  fake.files.set(
    "/run/pppctl/vpn/pppd.log",
    "Connect: ppp1 <--> /dev/pts/0\nanon warn[open_inetsock:pptp_callmgr.c:352]: connect: Connection refused\nModem hangup\n",
  );
  expect(await explainFailure({ kind: "peer", peer }, fake.world)).toMatchObject({
    cause: "server-refused",
    sentence: "192.0.2.1 refuses the connection to TCP port 1723",
    evidence: ["anon warn[open_inetsock:pptp_callmgr.c:352]: connect: Connection refused"],
  });
});
