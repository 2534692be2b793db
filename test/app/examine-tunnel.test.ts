import { describe, expect, test } from "vitest";
import { connect } from "../../src/app/connect.ts";
import { examineTunnel } from "../../src/app/examine-tunnel.ts";
import { explainFailure } from "../../src/app/explain-failure.ts";
import type { HeardGre } from "../../src/app/host-deps.ts";
import type { PeerName } from "../../src/core/peer-name.ts";
import { judge, type LogFact } from "../../src/link/judge.ts";
import { parsePppdLine } from "../../src/pppd/parse-pppd-line.ts";
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

const heards = ["nothing", "unacknowledged", "acknowledged"] as const;

/** A link that stood for so many milliseconds. */
const link = (events: readonly LogFact[], stoodMs = 1000) => {
  return { events, connectedAt: 1000, endedAt: 1000 + stoodMs, heardGre: "nothing" as HeardGre | undefined };
};

test("nobody speaks PPP, the server takes connections: GRE is lost", async () => {
  const fake = pptpWorld();
  const said: string[] = [];
  await expect(call(fake, said)).rejects.toMatchObject({
    code: "tunnel.gre-blocked",
    exitCode: 16,
    message: expect.stringContaining("vpn: 192.0.2.1 answers on TCP port 1723, but nothing came back through GRE"),
  });
  expect(said).toEqual(["starting pppd (PPTP to 192.0.2.1)"]);
  const heard = fake.journal.filter((line) => /GRE|knock|prepare/.test(line));
  expect(heard).toEqual(["listen for GRE of 192.0.2.1", "prepare", "knock 192.0.2.1:1723", "stop listening for GRE"]);
});

test("nobody speaks PPP, and nobody could listen for GRE: it is a guess, and says so", async () => {
  const fake = pptpWorld();
  fake.greHeard = undefined;
  await expect(call(fake, [])).rejects.toMatchObject({
    code: "tunnel.gre-blocked",
    message: "vpn: 192.0.2.1 answers on TCP port 1723, but not PPP: GRE (protocol 47) may be blocked",
  });
});

test("nobody speaks PPP, but GRE came that acknowledged ours: it is not blocked", async () => {
  const fake = pptpWorld();
  fake.greHeard = "acknowledged";
  await expect(call(fake, [])).rejects.toMatchObject({ code: "ppp.lcp-timeout" });
});

test("nobody speaks PPP, and GRE came that acknowledged nothing: ours does not get there", async () => {
  const fake = pptpWorld();
  fake.greHeard = "unacknowledged";
  await expect(call(fake, [])).rejects.toMatchObject({
    code: "tunnel.gre-blocked",
    message:
      "vpn: 192.0.2.1 answers on TCP port 1723, but its GRE (protocol 47) comes here, and ours does not get there",
  });
});

test("the other end's first word is no answer: it comes, and nothing is guessed; that ours does not get there may be known", async () => {
  const tunnel = { kind: "pptp", server: "192.0.2.1", port: "1723" } as const;
  const said = ["rcvd [LCP ConfReq id=0x1 <asyncmap 0x0>]", "LCP: timeout sending Config-Requests", "Modem hangup"];
  const events = said.map(parsePppdLine);
  const { world } = new FakeWorld();
  const examine = (heardGre: HeardGre | undefined) => examineTunnel(tunnel, { ...link(events), heardGre }, world);
  expect(await Promise.all([examine(undefined), examine("nothing"), examine("acknowledged")])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(await examine("unacknowledged")).toContain("has acknowledged nothing of ours");
});

test.each([
  "rcvd [LCP ConfAck id=0x1 <asyncmap 0x0>]",
  "rcvd [LCP ConfRej id=0x1 <pcomp>]",
  "rcvd [LCP EchoRep id=0x1 magic=0x5c6d]",
  'rcvd [PAP AuthNak id=0x1 ""]',
  "sent [IPCP ConfReq id=0x1 <addr 0.0.0.0>]",
  "CHAP authentication failed",
  "LCP terminated by peer",
  "peer refused to authenticate: terminating link",
  "Serial line is looped back.",
])("where the other end has answered, GRE is never called blocked: %s", async (said) => {
  const tunnel = { kind: "pptp", server: "192.0.2.1", port: "1723" } as const;
  const fake = new FakeWorld();
  for (const last of ["LCP: timeout sending Config-Requests", "Modem hangup"]) {
    for (const heard of [...heards, undefined]) {
      const events = ["Connect: ppp0 <--> /dev/pts/0", said, last, "Connection terminated."].map(parsePppdLine);
      expect(await examineTunnel(tunnel, { ...link(events, 10_000), heardGre: heard }, fake.world)).toBeUndefined();
      // Nor where a line of ours has said so.
      const words = "192.0.2.1 answers on TCP port 1723, and nothing came back through GRE";
      expect(judge({ events: [...events, parsePppdLine(`pppctl: ${words}`)], tunnel }).cause).not.toBe("gre-blocked");
    }
  }
});

test.each([
  ["Connection refused", "tunnel.refused"],
  ["no answer", "tunnel.unreachable"],
])("nobody speaks PPP, and the server's port says: %s", async (refusal, code) => {
  const fake = pptpWorld();
  fake.knocks.set("192.0.2.1", refusal);
  await expect(call(fake, [])).rejects.toMatchObject({ code, message: expect.stringContaining("vpn: 192.0.2.1 ") });
});

test("nobody speaks PPP, and a rule of this machine's firewall has dropped GRE: it is named", async () => {
  const fake = pptpWorld();
  fake.firewall = { nft: undefined, iptables: "*filter\n[7:504] -A INPUT -p gre -j DROP\nCOMMIT\n" };
  await expect(call(fake, [])).rejects.toMatchObject({
    code: "tunnel.firewalled",
    message:
      "vpn: this machine's own firewall drops GRE (protocol 47): iptables: table filter, chain INPUT (7 packets)",
  });
});

describe("the server closes the call before a word of PPP", () => {
  const events = [
    "Using interface ppp0",
    "Connect: ppp0 <--> /dev/pts/0",
    "Modem hangup",
    "Connection terminated.",
  ].map(parsePppdLine);
  const tunnel = { kind: "pptp", server: "192.0.2.1", port: "1723" } as const;
  const rule = "*filter\n[7:504] -A INPUT -p gre -j DROP\nCOMMIT\n";

  test("and a rule has dropped GRE: it is the reason", async () => {
    const fake = new FakeWorld();
    fake.firewall = { nft: undefined, iptables: rule };
    const line = (await examineTunnel(tunnel, link(events), fake.world)) ?? "";
    expect(judge({ events: [...events, parsePppdLine(`pppctl: ${line}`)], tunnel })).toMatchObject({
      cause: "firewall-drops",
      sentence: "this machine's own firewall drops GRE (protocol 47): iptables: table filter, chain INPUT (7 packets)",
    });
  });

  test("and none has: the call was closed, and no modem is spoken of", async () => {
    expect(await examineTunnel(tunnel, link(events), new FakeWorld().world)).toBeUndefined();
    expect(judge({ events, tunnel })).toMatchObject({
      cause: "line-lost",
      sentence: "the line was lost (the PPTP call was closed)",
    });
  });

  test("and has been silent for as long as it took to give us up: nothing came through GRE", async () => {
    const fake = new FakeWorld();
    const line = (await examineTunnel(tunnel, link(events, 10_000), fake.world)) ?? "";
    expect(judge({ events: [...events, parsePppdLine(`pppctl: ${line}`)], tunnel })).toMatchObject({
      cause: "gre-blocked",
      sentence: "192.0.2.1 answers on TCP port 1723, but nothing came back through GRE (protocol 47)",
    });
    for (const heard of ["acknowledged", undefined] as const)
      expect(await examineTunnel(tunnel, { ...link(events, 10_000), heardGre: heard }, fake.world)).toBeUndefined();
    // It is gone: that has closed the call.
    fake.knocks.set("192.0.2.1", "Connection refused");
    expect(await examineTunnel(tunnel, link(events, 10_000), fake.world)).toBeUndefined();
  });

  test.each(['sent [CHAP Challenge id=0x1 <0123>, name = "client"]', "rcvd [IPCP ConfReq id=0x1 <addr 10.0.0.1>]"])(
    "long after LCP, as `debug` tells: %s",
    async (said) => {
      const spoken = [...events.slice(0, 2), parsePppdLine(said), ...events.slice(2)];
      expect(await examineTunnel(tunnel, link(spoken, 10_000), new FakeWorld().world)).toBeUndefined();
    },
  );

  test("but after one: no rule is looked for", async () => {
    const fake = new FakeWorld();
    fake.firewall = { nft: undefined, iptables: rule };
    const spoken = [...events.slice(0, 2), parsePppdLine("CHAP authentication succeeded"), ...events.slice(2)];
    expect(await examineTunnel(tunnel, link(spoken), fake.world)).toBeUndefined();
  });
});

describe("nobody answers L2TP", () => {
  const silent = { kind: "l2tp-silent", text: "Connection 0 closed to 192.0.2.1, port 1701 (Timeout)" };
  const tunnel = { kind: "l2tp", server: "192.0.2.1" } as const;
  const examine = (fake: FakeWorld) => examineTunnel(tunnel, link([silent]), fake.world);

  test("and a rule drops it", async () => {
    const fake = new FakeWorld();
    fake.firewall = {
      nft: undefined,
      iptables: "*filter\n[5:300] -A OUTPUT -p udp -m udp --dport 1701 -j DROP\nCOMMIT\n",
    };
    fake.ikeAnswers.add("192.0.2.1");
    expect(await examine(fake)).toBe(
      "this machine's firewall drops UDP port 1701: iptables: table filter, chain OUTPUT (5 packets)",
    );
  });

  test("but IKE: IPsec is wanted, unless it is there", async () => {
    const fake = new FakeWorld();
    fake.ikeAnswers.add("192.0.2.1");
    const line = (await examine(fake)) ?? "";
    expect(judge({ events: [silent, parsePppdLine(`pppctl: ${line}`)], tunnel })).toMatchObject({
      cause: "ipsec-needed",
      sentence: "192.0.2.1 does not answer L2TP, but key exchange for IPsec (UDP port 500): it wants L2TP inside IPsec",
    });
    fake.securityAssociations.add("192.0.2.1");
    expect(await examine(fake)).toBeUndefined();
  });

  test("and nothing else", async () => {
    expect(await examine(new FakeWorld())).toBeUndefined();
  });
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
