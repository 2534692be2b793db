import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { inCheckout, type ProcessResult, useGuest } from "./guest.ts";
import { account, dialScript, numbers, useIsp } from "./isp.ts";

const guest = useGuest();
const isp = useIsp(guest, { line: "pty" });
afterEach(isp.expectNothingLeft);

/** A peer that talks no PPP is given up after two tries of a second, not ten of three. */
const impatient = ["lcp-max-configure 2", "lcp-restart 1"];

/** The first line of pon's own; its progress comes before. */
function causeOf({ stderr }: ProcessResult): string {
  return stderr.split("\n").find((line) => line.startsWith("pon: ")) ?? `no cause in: ${stderr}`;
}

/** Every failure is one line that names the cause, one that says what to do, and nothing after them. */
async function expectFailure(
  peer: string,
  status: number | readonly number[],
  cause: RegExp,
  { recorded = true }: { readonly recorded?: boolean } = {},
): Promise<ProcessResult> {
  const pon = await isp.run("pon", peer);
  expect(causeOf(pon)).toMatch(cause);
  expect(pon.stderr).toMatch(/\npon: [^\n]+\nhint: [^\n]+\n$|^pon: [^\n]+\nhint: [^\n]+\n$/);
  expect([status].flat()).toContain(pon.status);
  expect(pon.stdout).toBe("");
  if (!recorded) return pon;
  // The history has it in the same words.
  const last = JSON.parse((await guest.readFile(history)).trim().split("\n").at(-1) ?? "");
  expect(last).toMatchObject({ peer, exitStatus: pon.status });
  expect(causeOf(pon).replace(`pon: ${peer}: `, "pon: ")).toBe(`pon: ${last.sentence}`);
  failed.set(peer, last);
  return pon;
}

const history = "/var/lib/pppctl/history.jsonl";

/** The last failure of each peer, as the history has it. */
const failed = new Map<string, { readonly endedAt: number; readonly cause: string; readonly sentence: string }>();

describe("a call that the modem refuses", () => {
  test.for([
    ["busy", numbers.busy, /^pon: busy: the modem answered BUSY \(dialing 5550001, .*after \d+\.\d s\)$/],
    ["nocarrier", numbers.noCarrier, /^pon: nocarrier: the modem answered NO CARRIER \(dialing 5550002, /],
    ["nodialtone", numbers.noDialtone, /^pon: nodialtone: the modem answered NO DIALTONE \(dialing 5550003, /],
  ] as const)("%s is a failed dial", async ([peer, number, cause]) => {
    await isp.writePeer(peer, { number });
    await expectFailure(peer, 8, cause);
  });

  test("silence after the number ends at the script's TIMEOUT", async () => {
    await isp.writePeer("silent", { script: dialScript(numbers.silence).replace("TIMEOUT 60", "TIMEOUT 3") });
    await expectFailure("silent", 8, /^pon: silent: "CONNECT" did not come within 3\.\d s, .*dialing 5550006/);
  });

  test("a modem that says nothing at all", async () => {
    // It listens, because the emulated wire keeps what nobody reads for whoever comes next.
    await guest.run(["stty", "-F", "/dev/ttyS2", "raw", "-echo", "clocal", "115200"]);
    const modem = await guest.spawn(["cat", "/dev/ttyS2"]);
    await isp.writePeer("mute", { device: "/dev/ttyS1", script: "TIMEOUT 2\n'' ATZ\nOK ATD1\nCONNECT '\\c'\n" });
    await expectFailure(
      "mute",
      8,
      /^pon: mute: no answer from the modem on \/dev\/ttyS1: not one byte within 2\.\d s$/,
    );
    await modem.waitForOutput(/ATH\r/);
    await modem.kill();
    await modem.wait();
    await guest.waitForFile("/proc/tty/driver/serial", /^1: (?!.*DTR)/);
  });
});

describe("a device that cannot be had", () => {
  test("is missing", async () => {
    await isp.writePeer("missing", { device: "/dev/ttyUSB7" });
    await expectFailure("missing", 7, /^pon: (missing: )?\/dev\/ttyUSB7 does not exist$/);
  });

  test("is a regular file", async () => {
    await guest.writeFile("/dev/plain", "");
    onTestFinished(() => guest.remove("/dev/plain"));
    await isp.writePeer("plain", { device: "/dev/plain" });
    await expectFailure(
      "plain",
      7,
      /^pon: plain: \/dev\/plain cannot be used: it is a file or a directory, not a serial port$/,
    );
    expect(await guest.readFile("/dev/plain")).toBe("");
  });

  test("does not have the speed", async () => {
    await isp.writePeer("speedy", { device: "/dev/ttyS1", options: ["4000000"] });
    await expectFailure("speedy", 7, /^pon: (speedy: )?\/dev\/ttyS1 refuses the speed 4000000$/);
    await guest.waitForFile("/proc/tty/driver/serial", /^1: (?!.*DTR)/);
  });

  test("is locked by a program that lives, which is named", async () => {
    const holder = await guest.spawn(["sleep", "1000"]);
    const lock = "/run/lock/LCK..modem";
    onTestFinished(async () => {
      await holder.kill("SIGKILL");
      await guest.remove(lock);
    });
    await guest.writeFile(lock, `${String(holder.pid).padStart(10)}\n`);
    await isp.writePeer("locked", {});
    await expectFailure(
      "locked",
      6,
      new RegExp(`^pon: (locked: )?/dev/modem is locked by sleep \\(pid ${holder.pid}\\)$`),
    );
    expect(await guest.readFile(lock)).toContain(String(holder.pid));
    await holder.kill("SIGKILL");
    await holder.wait();

    // The same lock is stale now: it is no hindrance, and it goes.
    await isp.writePeer("locked", { number: numbers.busy });
    await expectFailure("locked", 8, /BUSY/);
  });

  test("is open in a program that has it by flock, which is named", async () => {
    const tty = await guest.readLink("/dev/modem");
    const holder = await guest.spawn(["flock", "--exclusive", tty, "sleep", "1000"]);
    onTestFinished(async () => {
      await holder.kill("SIGKILL", { group: true });
      await holder.wait();
    });
    await guest.waitFor({ process: "^sleep 1000" });
    await isp.writePeer("flocked", {});
    await expectFailure("flocked", 6, /^pon: (flocked: )?\/dev\/modem is in use by .*(flock|sleep) \(pid \d+\)/);
    await holder.kill("SIGKILL", { group: true });
    await holder.wait();
  });
});

describe("a peer that does not let us in", () => {
  test.for([
    ["pap", numbers.pap],
    ["chap", numbers.chap],
  ] as const)("%s: a wrong password", async ([peer, number]) => {
    const secrets = `/etc/ppp/${peer}-secrets`;
    const before = await guest.readFile(secrets);
    onTestFinished(() => guest.writeFile(secrets, before, 0o600));
    await guest.writeFile(secrets, `${account.user} * "not ${account.password}"\n`, 0o600);
    await isp.writePeer(peer, { number, options: [`user ${account.user}`] });
    await expectFailure(peer, 19, new RegExp(`^pon: ${peer}: the other end refused our name or password`));
  });

  test("a right password: of the line that `pppctl show` names, for the user that +ua names", async () => {
    const secrets = "/etc/ppp/chap-secrets";
    const [login, secret] = ["/etc/ppp/login", "/etc/ppp/secret"];
    const before = await guest.readFile(secrets);
    onTestFinished(async () => {
      await guest.writeFile(secrets, before, 0o600);
      await guest.remove(login);
      await guest.remove(secret);
    });
    const { user, password } = account;
    await guest.writeFile(secrets, `* isp 1\n${user} * 2\n${user} isp @${secret}\n${user} isp 3\n`, 0o600);
    await guest.writeFile(secret, `# one word\n"${password}" other\n`, 0o600);
    // Its second line is not used, and pppd wants it.
    await guest.writeFile(login, `${user}\nnot ${password}\n`, 0o600);
    await isp.writePeer("letin", { number: numbers.chap, options: [`+ua ${login}`, "remotename isp"] });
    const shown = await isp.run("pppctl", "show", "letin");
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout).toContain(`chap: ${secrets}:3:1 (read from ${secret})\n`);
    expect(await isp.run("pon", "letin")).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "hook-main" });
    expect(await isp.run("poff", "letin")).toMatchObject({ status: 0 });
  });

  test("a peer that asks for a login for ever", async () => {
    await isp.writePeer("noppp", { number: numbers.noPpp, options: impatient });
    // pppd has given LCP up by then; its status is 16 when it sees the line go down as it hangs up.
    const pon = await expectFailure(
      "noppp",
      [10, 16],
      // pppd's log has nothing of what came: pon has heard it before pppd hung up.
      /^pon: noppp: the other end speaks no PPP, it sent "login:"$/,
    );
    expect(pon.stderr).toMatch(/hint: add the login dialogue/);
  });

  test("the same where pppd writes to a file of the peer's own", async () => {
    await isp.writePeer("ownlog", { number: numbers.noPpp, options: [...impatient, "logfile /tmp/ownlog"] });
    await expectFailure("ownlog", [10, 16], /^pon: ownlog: the other end speaks no PPP, it sent "login:"$/);
    await guest.remove("/tmp/ownlog");
  });

  test("the same where the peer has a disconnect command of its own, which runs then", async () => {
    await isp.writePeer("ownend", {
      number: numbers.noPpp,
      options: [...impatient, "disconnect \"echo 'ended by the peer' > /tmp/ownend\""],
    });
    await expectFailure("ownend", [10, 16], /^pon: ownend: the other end speaks no PPP, it sent "login:"$/);
    expect(await guest.readFile("/tmp/ownend")).toBe("ended by the peer\n");
    await guest.remove("/tmp/ownend");
  });

  test("the same where pppd dials: its disconnect program hears it", async () => {
    await isp.writePeer("heard", { number: numbers.noPpp, options: [...impatient, "persist", "maxfail 1"] });
    const says = 'the other end speaks no PPP, it sent "login:"';
    // Its attempt was entered before pppd ended.
    const pon = await expectFailure("heard", [10, 16], new RegExp(`^pon: heard: ${says}$`), { recorded: false });
    expect(pon.stderr).toContain(`\nheard: ${says}; pppd will try again\n`);
    const last = JSON.parse((await guest.readFile(history)).trim().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ peer: "heard", cause: "no-ppp", sentence: says });
    failed.set("heard", last);
  });
});

describe("a machine that lacks something", () => {
  test("pppd", async () => {
    await rename("/usr/sbin/pppd", "/usr/sbin/pppd.away");
    await isp.writePeer("yosefcom", {});
    await expectFailure("yosefcom", 127, /^pon: pppd is not installed/);
    expect(await isp.events()).toEqual([]);
  });

  test("PPP in the kernel", async () => {
    await rename("/dev/ppp", "/dev/ppp.away");
    await isp.writePeer("yosefcom", {});
    await expectFailure("yosefcom", 4, /^pon: yosefcom: this kernel has no PPP$/);
  });

  test("room for the records: the call goes up all the same", async () => {
    await guest.makeDirectory("/run/pppctl");
    await fullFileSystem("/run/pppctl");
    await isp.writePeer("norecord", {});
    const pon = await isp.run("pon", "norecord");
    expect(pon.stderr).toMatch(/^norecord: no (log|record) of this call: .*no space left on device$/m);
    expect(pon.stdout).toMatch(/^norecord: up on ppp0, 10\.64\.0\.2, connected 33600 /);
    expect(pon.status).toBe(0);
    await guest.waitFor({ noProcess: "hook-main" });
    expect(await isp.run("poff", "norecord")).toMatchObject({ status: 0 });
  });

  test("room in /var: the call goes up all the same, and the history has it when there is room", async () => {
    await guest.makeDirectory("/var/lib/pppctl");
    await fullFileSystem("/var/lib/pppctl");
    await isp.writePeer("novar", {});
    expect(await isp.run("pon", "novar")).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "hook-main" });
    const poff = await isp.run("poff", "novar");
    expect(poff).toMatchObject({ status: 0, stderr: expect.stringMatching(/not in the history: .*no space left/) });
    await guest.remove("/var/lib/pppctl/filler");
    const { calls } = JSON.parse((await isp.run("pppctl", "history", "novar", "--json")).stdout);
    expect(calls).toMatchObject([{ cause: "user-request", upAt: expect.any(Number) }]);
  });

  test("a /run that can be written, but for its locks (on Debian a file system of their own): the call goes up all the same", async () => {
    await readOnlyRun();
    await isp.writePeer("norun", {});
    const pon = await isp.run("pon", "norun");
    expect(pon.stderr).toMatch(/^norun: no (log|record) of this call: .*read-only file system$/m);
    expect(pon.stdout).toBe("norun: pppd has brought the network up; nothing that can be read tells its interface\n");
    expect(pon.status).toBe(0);
    await guest.waitFor({ noProcess: "hook-main" });
    expect(await guest.run(["ping", "-c", "1", "-W", "5", "10.64.0.1"])).toMatchObject({ status: 0 });
    expect(await isp.run("poff", "norun")).toMatchObject({ status: 0 });
    expect(await guest.list("/run/lock")).toEqual([]);
  });

  test("room in /run, locks and all", async () => {
    await guest.makeDirectory("/run/pppctl");
    const [blocks = 0, free = 0] = (await guest.run(["stat", "-f", "-c", "%b %f", "/run"])).stdout
      .split(" ")
      .map(Number);
    await remountRun(`${(blocks - free) * 4}k`);
    onTestFinished(() => remountRun(`${blocks * 4}k`));
    const before = await guest.list("/run");
    await isp.writePeer("noroom", {});
    await expectFailure("noroom", 6, /^pon: .*\/var\/lock\/LCK\.\.modem cannot be written: no space left$/);
    expect(await guest.list("/run/lock")).toEqual([]);
    expect(await guest.list("/run")).toEqual(before);
    expect(await guest.list("/run/pppctl/noroom")).toEqual(["pppd.log"]);
  });
});

describe("a pon that is interrupted", () => {
  test("SIGTERM while dialing; another pon meanwhile is told who dials", async () => {
    await isp.writePeer("yosefcom", { number: numbers.silence });
    const pon = await isp.spawn("pon", "yosefcom");
    await isp.waitForEvent("dial");
    await expectFailure(
      "yosefcom",
      6,
      new RegExp(`^pon: yosefcom is being dialed already by node \\(pid ${pon.pid}\\) on /dev/modem$`),
      // It is no call.
      { recorded: false },
    );
    await pon.kill("SIGTERM");
    await expectStopped(await pon.wait(), "SIGTERM");
  });

  test("SIGHUP while dialing", async () => {
    await isp.writePeer("yosefcom", { number: numbers.silence });
    const pon = await isp.spawn("pon", "yosefcom");
    await isp.waitForEvent("dial");
    await pon.kill("SIGHUP");
    await expectStopped(await pon.wait(), "SIGHUP");
  });

  test("Ctrl-C while dialing", async () => {
    await isp.writePeer("yosefcom", { number: numbers.silence });
    const pon = await guest.spawn([inCheckout("bin/pon"), "yosefcom"], { pty: true });
    await isp.waitForEvent("dial");
    await pon.write("\x03");
    const { status, stdout } = await pon.wait();
    expect(stdout.replaceAll("\r\n", "\n")).toMatch(/pon: yosefcom: stopped on request \(SIGINT\); [^\n]*\n$/);
    expect(status).toBe(5);
  });

  test("SIGTERM while negotiating", async () => {
    await isp.writePeer("yosefcom", { number: numbers.mutePeer });
    const pon = await isp.spawn("pon", "yosefcom");
    await pon.waitForOutput(/negotiating/);
    await pon.kill("SIGTERM");
    await expectStopped(await pon.wait(), "SIGTERM");
  });

  test("SIGHUP while negotiating", async () => {
    await isp.writePeer("yosefcom", { number: numbers.mutePeer });
    const pon = await isp.spawn("pon", "yosefcom");
    await pon.waitForOutput(/negotiating/);
    await pon.kill("SIGHUP");
    await expectStopped(await pon.wait(), "SIGHUP");
  });

  test("Ctrl-C while negotiating", async () => {
    await isp.writePeer("yosefcom", { number: numbers.mutePeer });
    const pon = await guest.spawn([inCheckout("bin/pon"), "yosefcom"], { pty: true });
    await pon.waitForOutput(/negotiating/);
    await pon.write("\x03");
    const { status, stdout } = await pon.wait();
    expect(stdout.replaceAll("\r\n", "\n")).toMatch(/pon: yosefcom: stopped on request \(SIGINT\); [^\n]*\n$/);
    expect(status).toBe(5);
  });

  test("kill -9 while dialing: the modem hangs up, and the next pon works", async () => {
    await isp.writePeer("killed", { number: numbers.silence });
    const pon = await isp.spawn("pon", "killed");
    await isp.waitForEvent("dial");
    await pon.kill("SIGKILL");
    await pon.wait();
    await isp.waitForEvent("on-hook");
    await guest.waitFor({ noProcess: "pppd" });
    await isp.writePeer("killed", { number: numbers.up });
    expect(await isp.run("pon", "killed")).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "hook-main" });
    expect(await isp.run("poff", "killed")).toMatchObject({ status: 0 });
  });
});

test("status and explain say the same of each failure", async () => {
  const peers = [...failed.keys()].filter((peer) => peer !== "yosefcom");
  const states = JSON.parse((await isp.run("pppctl", "status", ...peers, "--json")).stdout);
  for (const [i, peer] of peers.entries()) {
    const { endedAt: at, cause, sentence } = failed.get(peer) ?? {};
    expect(states[i]).toEqual({ peer, state: "down", lastFailure: { at, cause, sentence } });
    const explained = await isp.run("pppctl", "explain", peer, "--json");
    expect(JSON.parse(explained.stdout)).toMatchObject({ peer, cause, sentence });
  }
});

async function expectStopped(pon: ProcessResult, signal: string): Promise<void> {
  expect(causeOf(pon)).toMatch(new RegExp(`^pon: yosefcom: stopped on request \\(${signal}\\); `));
  expect(pon).toMatchObject({ status: 5, stdout: "" });
}

/** For the rest of the test. */
async function rename(from: string, to: string): Promise<void> {
  expect(await guest.run(["mv", from, to])).toMatchObject({ status: 0 });
  onTestFinished(async () => void (await guest.run(["mv", to, from])));
}

/** A file system without a free byte over a folder, for the rest of the test. */
async function fullFileSystem(folder: string): Promise<void> {
  expect(await guest.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=755", "full", folder])).toMatchObject({
    status: 0,
  });
  onTestFinished(async () => void (await guest.run(["umount", folder])));
  await guest.writeFile(`${folder}/filler`, "x".repeat(4096));
}

/** With the size that /run already takes, it has no room for a byte more. */
async function remountRun(size: string): Promise<void> {
  expect(await guest.run(["mount", "-o", `remount,size=${size}`, "/run"])).toMatchObject({ status: 0 });
}

/** Nothing in /run can be written, for the rest of the test, but for an empty /run/lock. */
async function readOnlyRun(): Promise<void> {
  const mount = async (...words: readonly string[]) =>
    expect(await guest.run(["mount", ...words])).toMatchObject({ status: 0 });
  await guest.remove("/run/pppctl");
  await mount("-o", "remount,ro", "/run");
  onTestFinished(() => mount("-o", "remount,rw", "/run"));
  await mount("-t", "tmpfs", "locks", "/run/lock");
  onTestFinished(async () => void (await guest.run(["umount", "/run/lock"])));
}
