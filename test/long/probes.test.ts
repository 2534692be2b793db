import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { addresses, namespace, numbers, useIsp } from "../vm/isp.ts";
import { expectAgreement } from "./expect-agreement.ts";

/** A probe asks this link, and no other way to the same place; what it ends is said by all in the same way. */

const guest = useGuest();
/** Behind the provider, and by another way, too. */
const server = "192.0.2.80";
const other = { here: "10.8.0.1", there: "10.8.0.2" } as const;

/** Answers each question with itself, as a name server that knows of no address. */
const nameServer = `socket(S, AF_INET, SOCK_DGRAM, 0) && bind(S, sockaddr_in(53, inet_aton($ARGV[0]))) or die $!;
$| = 1; print "ready\\n"; while (my $from = recv(S, my $text, 512, 0)) { substr($text, 2, 2) = pack("n", 0x8180); send(S, $text, 0, $from); }`;

describe("two ways to one place, of which one is dead", () => {
  const isp = useIsp(guest, { line: "pty" });
  const inIsp = ["ip", "netns", "exec", namespace];
  const must = async (...argv: readonly string[]): Promise<void> => {
    const result = await guest.run(argv);
    expect(result, `${argv.join(" ")}: ${result.stderr}`).toMatchObject({ status: 0 });
  };

  beforeAll(async () => {
    await must("ip", "link", "add", "way0", "type", "veth", "peer", "name", "way1", "netns", namespace);
    await must("ip", "address", "add", `${other.here}/24`, "dev", "way0");
    await must("ip", "link", "set", "way0", "up");
    await must(...inIsp, "ip", "link", "set", "lo", "up");
    await must(...inIsp, "ip", "address", "add", `${other.there}/24`, "dev", "way1");
    await must(...inIsp, "ip", "link", "set", "way1", "up");
    for (const address of [server, addresses.dns2]) {
      await must(...inIsp, "ip", "address", "add", `${address}/32`, "dev", "lo");
      // The routing table sends everything the other way.
      await must("ip", "route", "add", address, "via", other.there);
    }
  });
  afterEach(isp.expectNothingLeft);
  afterAll(async () => {
    await guest.run(["ip", "link", "del", "way0"]);
    await guest.remove("/var/lib/pppctl");
  });

  test.each([
    ["tcp", `tcp ${server} 81`],
    ["resolve", "resolve name.example"],
    ["ping", `ping ${server}`],
  ])("%s: ensure finds the link that passes nothing, though the other does, and dials again", async (peer, probe) => {
    const options = [`set "PON_PROBE=${probe}"`, "set PON_PROBE_COUNT=2", "set PON_PROBE_TIMEOUT=2"];
    const quick = ["lcp-restart 1", "lcp-max-terminate 1", "ip-up-script /bin/true", "ip-down-script /bin/true"];
    await isp.writePeer(peer, { number: numbers.up, options: [...options, ...quick] });
    const dns = await guest.spawn([...inIsp, "perl", "-MSocket", "-e", nameServer, addresses.dns2]);
    await dns.waitForOutput(/ready/);
    expect(await isp.run("pon", peer)).toMatchObject({ status: 0 });
    expect(await isp.run("pppctl", "ensure", "--verbose", peer)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const drop =
      'add table inet hole; add chain inet hole in { type filter hook input priority 0; }; add rule inet hole in iifname "ppp*" drop';
    await must(...inIsp, "nft", drop);
    // For everybody who asks no link in particular it is there.
    await must("ping", "-q", "-c", "1", "-W", "5", server);
    const found = await isp.run("pppctl", "ensure", peer);
    expect(found, found.stderr).toMatchObject({ status: 0, stdout: `${peer} is up again\n` });
    await must(...inIsp, "nft", "delete", "table", "inet", "hole");
    expect(await isp.run("pppctl", "ensure", "--verbose", peer)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const { stdout } = await isp.run("pppctl", "history", peer, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ calls: [{ cause: "probe-failed" }] });
    expect((await isp.events()).filter(({ event }) => event === "dial")).toHaveLength(2);
    expect(await isp.run("poff", peer)).toMatchObject({ status: 0 });
    await dns.kill();
    await dns.wait();
  });
});

describe("of a link that its probe has ended", () => {
  const isp = useIsp(guest, { line: "pty" });
  const quick = ["lcp-restart 1", "lcp-max-terminate 1", "ip-up-script /bin/true", "ip-down-script /bin/true"];
  // Nobody has this address. The pause is long enough that nothing is dialed again.
  const failing = [`set "PON_PROBE=ping ${server}"`, "set PON_PROBE_COUNT=2", "set PON_PROBE_TIMEOUT=1"];
  const patient = ["set PON_PROBE_PERIOD=1", "set PON_ON=probe-failed=wait", "set PON_PAUSE=10m"];
  const sentence = `the link was up but passed nothing, and was ended: ping ${server}`;
  const ask = async (...words: readonly string[]) => JSON.parse((await isp.run("pppctl", ...words, "--json")).stdout);

  beforeAll(() => guest.remove("/var/lib/pppctl"));
  afterEach(isp.expectNothingLeft);
  afterAll(() => guest.remove("/var/lib/pppctl"));

  test("by ensure: pon's line, its exit status, the history, the status and explain agree", async () => {
    const peer = "ensured";
    await isp.writePeer(peer, { options: [...failing, ...patient, ...quick] });
    const pon = await isp.spawn("pon", "--json", peer, "nodetach");
    await guest.waitForFile(`/run/pppctl/${peer}/record.json`, /"phase":"up"/);
    const { status, stderr } = await isp.run("pppctl", "ensure", peer);
    expect({ status, stderr }).toEqual({ status: 75, stderr: expect.stringContaining("passes nothing: ending it") });
    const end = await pon.wait();
    expect(JSON.parse(end.stdout)).toMatchObject({ code: "link.probe", message: `${peer}: ${sentence}` });
    await expectAgreement([{ peer, end }], isp.run);
  });

  test("by keep: its lines, the history, the status and explain agree", async () => {
    const peer = "kept";
    await isp.writePeer(peer, { options: [...failing, ...patient, ...quick] });
    const keep = await isp.spawn("pppctl", "keep", peer);
    await keep.waitForOutput(/^kept: waiting until .*: after a failure$/);
    const [entry] = (await ask("history", peer)).calls;
    expect(entry).toMatchObject({ peer, cause: "probe-failed", sentence, upAt: expect.any(Number) });
    const lastFailure = { at: entry.endedAt, cause: "probe-failed", sentence };
    expect(await ask("status", peer)).toMatchObject([{ peer, state: "waiting", lastFailure }]);
    await keep.kill();
    const { status, stdout, stderr } = await keep.wait();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^kept: dialing\nkept: waiting until .*: after a failure\n$/);
    expect(stderr).toMatch(/^kept: pppd \(pid \d+\) is up but passes nothing: ending it$/m);
    expect(await ask("status", peer)).toEqual([{ peer, state: "down", lastFailure }]);
    const said = { peer, cause: "probe-failed", code: "link.probe", sentence, exitStatus: 15 };
    expect(await ask("explain", peer)).toMatchObject(said);
  });
});
