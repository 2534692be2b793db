import { expect, onTestFinished, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { inCheckout } from "../vm/guest.ts";
import { farNamespace, tunnelled, wan } from "../vm/tunnel-isp.ts";
import { takes } from "./tunnel-kinds.ts";
import { useTunnels } from "./use-tunnels.ts";

/** Lines that need no daemon of a tunnel's: `socket`, ssh; and the examples of hooks that are not for a firewall. */
const { guest, isp } = useTunnels();

const pppdOf = (net: number): readonly string[] => [
  ...["/usr/sbin/pppd", "notty", "file", "/tmp/tunnels/server-options", `10.${net}.0.1:10.${net}.0.2`],
];

/** A daemon at the other end, which has started when it says `ready` (on either stream). */
async function startFar(argv: readonly string[], ready: RegExp): Promise<void> {
  const daemon = await guest.spawn(["ip", "netns", "exec", farNamespace, ...argv]);
  onTestFinished(async () => {
    await daemon.kill("SIGTERM", { group: true });
    await daemon.wait();
  });
  await daemon.waitForOutput(ready);
}

/** Up with routes and name servers, a ping, down: and the machine is as before. */
async function expectLife(name: string, line: string, server: string): Promise<void> {
  const before = await isp.hostState();
  const pon = await isp.run("pon", "-v", name);
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  expect(pon.stderr).toContain(`starting pppd (${line})\n`);
  expect(pon.stdout).toContain(`-> ${server} `);
  await guest.waitForFile(`/run/pppctl/${name}/host-up`);
  const state = await isp.hostState();
  expect(state).toMatch(/^default dev ppp0 /m);
  expect(state).toMatch(new RegExp(`^${wan.server} dev ${wan.iface} `, "m"));
  expect(state).toMatch(new RegExp(`^nameserver ${tunnelled.dns1}$`, "m"));
  expect(await guest.run(["ping", "-c", "1", "-W", "20", server])).toMatchObject({ status: 0 });
  expect(await isp.run("poff", name)).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
}

const socketServer = `
require("node:net").createServer((socket) => {
  const [program, ...words] = ${JSON.stringify(pppdOf(94))};
  const pppd = require("node:child_process").spawn(program, words, { stdio: ["pipe", "pipe", "inherit"] });
  socket.pipe(pppd.stdin);
  pppd.stdout.pipe(socket);
  socket.on("error", () => pppd.kill());
}).listen(4000, "${wan.server}", () => console.log("ready"));
`;

test("socket HOST:PORT", async () => {
  await startFar(["node", "-e", socketServer], /ready/);
  await isp.writePeer("sock", `socket ${wan.server}:4000`, ...takes);
  await expectLife("sock", `TCP to ${wan.server} port 4000`, "10.94.0.1");
});

test("ssh as pty, with OpenSSH at both ends: up, down, and a server that refuses", async () => {
  const names = [
    "openssh-server",
    "openssh-client",
    "libgssapi-krb5-2",
    "libkrb5-3",
    "libk5crypto3",
    "libkrb5support0",
  ];
  const folder = unpackPackages(names, (line) => console.error(`vm: ${line}`));
  const work = "/tmp/ssh-line";
  const libraries = `LD_LIBRARY_PATH=${folder}/lib/x86_64-linux-gnu:${folder}/usr/lib/x86_64-linux-gnu`;
  const config = [
    `ListenAddress ${wan.server}`,
    `HostKey ${work}/host-key`,
    `AuthorizedKeysFile ${work}/key.pub`,
    `ForceCommand ${pppdOf(93).join(" ")}`,
    "PermitRootLogin yes",
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
  ];
  await guest.writeFile(`${work}/sshd-config`, `${config.join("\n")}\n`);
  await guest.writeFile(`${work}/ssh`, `#!/bin/sh\n${libraries} exec ${folder}/usr/bin/ssh "$@"\n`, 0o755);
  onTestFinished(() => guest.remove(work));
  const keys = ["host-key", "key"].map(
    (key) => `${libraries} ${folder}/usr/bin/ssh-keygen -q -t ed25519 -N '' -f ${work}/${key}`,
  );
  const setup = [...keys, "mkdir -p /run/sshd", "grep -q ^sshd: /etc/passwd || useradd --system --no-create-home sshd"];
  expect(await guest.run(["sh", "-ec", setup.join("\n")])).toMatchObject({ status: 0 });
  const options = `-F none -i ${work}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -T`;
  const line = (host: string): string => `pty "${work}/ssh ${options} root@${host}"`;
  await isp.writePeer("refused", line(wan.server), "lcp-restart 1", "lcp-max-configure 3");
  expect((await isp.run("pon", "refused")).status).not.toBe(0);
  const sshd = `${folder}/usr/sbin/sshd`;
  await startFar(["env", libraries, sshd, "-D", "-e", "-f", `${work}/sshd-config`], /Server listening/);
  await isp.writePeer("ssh", line(wan.server), ...takes);
  await expectLife("ssh", `ssh to ${wan.server}`, "10.93.0.1");
});

test("the examples of a route and of dynamic DNS, in the link's own folder: listed before, and they do what they say", async () => {
  const before = await isp.hostState();
  const folder = "/etc/ppp/ip-up.d/examples";
  for (const name of ["route", "dynamic-dns"]) {
    await guest.writeFile(`${folder}/${name}`, await guest.readFile(inCheckout(`docs/hooks/${name}`)), 0o755);
  }
  await guest.writeFile(`${folder}/not.run`, "#!/bin/sh\n", 0o755);
  // What it is told arrives where the service would be: behind the link.
  const url = `http://${tunnelled.pppoe.server}:8080/nic/update?hostname=home.example`;
  await guest.writeFile("/etc/ppp/dynamic-dns", `url = "${url}"\nuser = "name:password"\n`, 0o600);
  onTestFinished(async () => {
    for (const path of [folder, "/etc/ppp/dynamic-dns", "/tmp/asked"]) await guest.remove(path);
  });
  const service = `require("node:http").createServer((request, answer) => {
    require("node:fs").writeFileSync("/tmp/asked", request.url + " " + request.headers.authorization + "\\n");
    answer.end("good");
  }).listen(8080, () => console.log("ready"));`;
  await startFar(["node", "-e", service], /ready/);
  await isp.writePeer("examples", "plugin pppoe.so", "wan0");
  const listed = await isp.run("pppctl", "hooks", "examples");
  expect(listed, listed.stderr).toMatchObject({ status: 0 });
  expect(listed.stdout).toContain(`  ${folder}/dynamic-dns\n`);
  expect(listed.stdout).toMatch(new RegExp(`^  ${folder}/not.run: skipped, `, "m"));
  expect(listed.stdout.indexOf(`${folder}/dynamic-dns`)).toBeLessThan(listed.stdout.indexOf(`${folder}/route`));
  expect(listed.stdout).toMatch(/^ {2}LINKNAME=examples$/m);
  const pon = await isp.run("pon", "examples");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  await guest.waitForFile("/tmp/asked", /\n/);
  const basic = Buffer.from("name:password").toString("base64");
  expect(await guest.readFile("/tmp/asked")).toMatch(
    new RegExp(`^/nic/update\\?hostname=home\\.example&myip=${tunnelled.pppoe.client} Basic ${basic}\n$`),
  );
  const way = await guest.run(["ip", "route", "get", "10.20.1.1"]);
  expect(way.stdout).toContain(" dev ppp0 ");
  expect(await isp.run("poff", "examples")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});
