import { expect, test } from "vitest";
import { listHooks } from "../../src/app/list-hooks.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { HookEvent } from "../../src/hooks/hook-event.ts";
import type { HookDirectory, HookFile, HookFiles } from "../../src/hooks/hook-files.ts";
import { device, FakeWorld } from "./fake-world.ts";

const isp = parsePeerName("isp");
const script = (path: string, mode = 0o755): HookFile => ({
  path,
  name: path.slice(path.lastIndexOf("/") + 1),
  type: "file",
  size: 1,
  uid: 0,
  gid: 0,
  mode,
});
const directory = (path: string, ...names: readonly string[]): HookDirectory => ({
  path,
  uid: 0,
  gid: 0,
  mode: 0o755,
  files: names.map((name) => script(`${path}/${name}`)),
});

/** ip-up.d has three scripts and a directory of the link `isp`; nothing else is there. */
function hookFiles(event: HookEvent, linkname: string | undefined): HookFiles {
  const none = { runner: 0, override: undefined, directory: undefined, linkDirectory: undefined };
  if (event === "ip-down") return { ...none, override: script("/etc/ppp/ip-down.local") };
  if (event !== "ip-up") return none;
  return {
    ...none,
    directory: directory("/etc/ppp/ip-up.d", "90last", "00first", "0000usepeerdns", "mail.sh"),
    linkDirectory: linkname === "isp" ? directory("/etc/ppp/ip-up.d/isp", "route") : undefined,
  };
}

const byEvent = (listed: Awaited<ReturnType<typeof listHooks>>, event: HookEvent) =>
  listed.events.find((one) => one.event === event);

test("scripts in their order, the link's own after 05, and why one is skipped", async () => {
  const { world } = new FakeWorld({
    peer: ["connect 'chat -f /etc/chatscripts/isp'", "noauth", "ipparam office", "usepeerdns"],
  });
  const listed = await listHooks(isp, { world, hookFiles });
  expect(byEvent(listed, "ip-up")).toMatchObject({
    by: "pppctl",
    override: false,
    scripts: [
      {
        path: "/etc/ppp/ip-up.d/0000usepeerdns",
        run: false,
        reason: "pppctl sets the name servers of this link itself",
      },
      { path: "/etc/ppp/ip-up.d/00first", run: true },
      { path: "/etc/ppp/ip-up.d/isp/route", run: true },
      { path: "/etc/ppp/ip-up.d/90last", run: true },
      {
        path: "/etc/ppp/ip-up.d/mail.sh",
        run: false,
        reason: "run-parts takes only names of letters, digits, _ and -",
      },
    ],
  });
  expect(byEvent(listed, "ip-down")).toMatchObject({
    override: true,
    scripts: [{ path: "/etc/ppp/ip-down.local", run: true }],
  });
  expect(listed.environment).toMatchObject({
    LINKNAME: "isp",
    CALL_FILE: "isp",
    DEVICE: device,
    PPP_SPEED: "115200",
    PPP_IPPARAM: "office",
    USEPEERDNS: "1",
    DNS1: undefined,
    IPLOCAL: undefined,
    BYTES_SENT: undefined,
  });
  expect(Object.keys(listed.environment)).toContain("IPREMOTE");
});

test("a script that the peer names is pppd's only one; the directory of another link is no matter", async () => {
  const { world } = new FakeWorld({
    peer: ["connect 'chat -f /etc/chatscripts/isp'", "noauth", "linkname home", "ip-down-script /opt/down"],
  });
  const listed = await listHooks(isp, { world, hookFiles });
  expect(byEvent(listed, "ip-down")).toEqual({
    event: "ip-down",
    program: "/opt/down",
    by: "peer",
    override: false,
    scripts: [],
  });
  expect(byEvent(listed, "ip-up")?.scripts.map(({ path }) => path)).not.toContain("/etc/ppp/ip-up.d/isp/route");
  expect(listed.environment["USEPEERDNS"]).toBeUndefined();
});

test("what pppd 2.4.9 lets nobody name is Debian's own program's to run", async () => {
  const { world } = new FakeWorld({ peer: ["connect 'chat -f /etc/chatscripts/isp'", "noauth"] });
  const listed = await listHooks(isp, { world, hookFiles });
  expect(byEvent(listed, "ipv6-up")).toMatchObject({ program: "/etc/ppp/ipv6-up", by: "system", scripts: [] });
});

test("a peer that is not there is an error", async () => {
  const { world } = new FakeWorld({ peer: [] });
  await expect(listHooks(parsePeerName("nobody"), { world, hookFiles })).rejects.toMatchObject({ exitCode: 1 });
});

test.each([
  { what: "through a lac of pon's", more: "", by: "pppctl" },
  { what: "through a lac that xl2tpd calls by itself", more: "autodial = yes\n", by: "system" },
])("a link of xl2tpd's, $what: the scripts are run by $by", async ({ more, by }) => {
  const fake = new FakeWorld();
  fake.files.set("/etc/ppp/peers/isp", "set PON_L2TP_LAC=work\nusepeerdns\n");
  fake.files.set("/etc/xl2tpd/xl2tpd.conf", `[lac work]\nlns = 192.0.2.1\n${more}`);
  const listed = await listHooks(isp, { world: fake.world, hookFiles });
  expect(byEvent(listed, "ip-up")).toMatchObject({ by });
  const paths = byEvent(listed, "ip-up")?.scripts.map(({ path }) => path);
  expect(paths?.includes("/etc/ppp/ip-up.d/isp/route")).toBe(by === "pppctl");
});
