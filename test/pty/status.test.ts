import { afterEach, beforeEach, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

const history = "/var/lib/pppctl/history.jsonl";

async function calls(): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse((await world.run("pppctl", ["history", "--json"])).stdout).calls;
}

test.each([
  ["pppctl status demo", 3],
  ["pppctl status --json demo", 3],
  ["pppctl status --watch demo", 3],
  ["pppctl history", 0],
  ["pppctl metrics", 0],
  ["plog demo", 0],
])("%s, and nobody reads any more: no stack, and the exit status is as ever", async (command, status) => {
  world.put("/var/lib/pppctl/history.jsonl", "");
  world.put("/run/pppctl/demo/pppd.log", "Modem hangup\n");
  // A pipe whose reader has gone.
  const script = 'mkfifo /run/pipe; exec 3<>/run/pipe 4>/run/pipe 3<&-; exec "$@" >&4';
  const [program = "", ...words] = command.split(" ");
  const bin = `${process.cwd()}/bin/${program}`;
  const ended = await world.run("/bin/bash", ["-c", script, "bash", bin, ...words]);
  expect(ended).toMatchObject({ status, stderr: "" });
});

/** On a terminal of 40 columns. */
function onTerminal(command: string): [string, string[], Record<string, string>] {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "xterm", SHELL: "/bin/sh" };
  return ["/usr/bin/script", ["-qec", `stty cols 40 rows 10; ${command}`, "/dev/null"], env];
}

test("a call that failed and one that was ended by poff are in the history, once each, and metrics and csv agree", async () => {
  world.put("/etc/chatscripts/demo", "ABORT BUSY\n'' AT\nOK AT\nTIMEOUT 1\nNEVER ''\n");
  const failed = await world.run("pon", ["demo"]);
  expect(failed.status).toBe(8);
  world.put("/etc/chatscripts/demo", "'' AT\nOK ATD8765432\nCONNECT '\\c'\n");
  world.playPppd("open", "up lo", "wait");
  expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  expect(await calls()).toHaveLength(1);
  expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
  const [first, second, ...others] = await calls();
  expect(others).toEqual([]);
  expect(failed.stderr).toContain(String(first?.["sentence"]));
  expect(first).toMatchObject({ peer: "demo", origin: "direct", cause: "expect-timeout", device: world.device });
  expect(first).not.toHaveProperty("upAt");
  expect(second).toMatchObject({ cause: "user-request", number: "8765432", connectRate: 115200, local: "10.64.64.2" });
  expect(second?.["endedAt"]).toBeGreaterThanOrEqual(Number(second?.["upAt"]));
  const csv = (await world.run("pppctl", ["history", "demo", "--csv"])).stdout.split("\r\n");
  expect(csv).toHaveLength(4);
  const metrics = (await world.run("pppctl", ["metrics"])).stdout;
  expect(metrics).toContain('pppctl_history_attempts{peer="demo"} 2\n');
  expect(metrics).toContain('pppctl_history_failures{peer="demo",cause="expect-timeout"} 1\n');
  expect(await world.run("pppctl", ["metrics", "--output", "/run/pppctl.prom"])).toMatchObject({
    status: 0,
    stdout: "",
  });
  expect(world.read("/run/pppctl.prom")).toBe(metrics);
  await world.expectNothingLeft();
});

test("a history that cannot be written: said, and the call succeeds", async () => {
  world.put("/var/lib/pppctl", "a file where the directory should be");
  world.put("/etc/chatscripts/demo", "ABORT BUSY\n'' AT\nTIMEOUT 1\nNEVER ''\n");
  expect((await world.run("pon", ["demo"])).stderr).toContain("this call is not in the history: ");
  world.put("/etc/chatscripts/demo", "'' AT\nOK ATD8765432\nCONNECT '\\c'\n");
  world.playPppd("open", "up lo", "wait");
  expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  const poff = await world.run("poff", ["demo"]);
  expect(poff).toMatchObject({ status: 0, stderr: expect.stringContaining("the call is not in the history: ") });
  await world.expectNothingLeft();
});

test("pon and pppd killed by SIGKILL at moments of a call: the next status is true, the next pon works, one entry each", async () => {
  const moments = ["off-hook", "command", "connect", "up"] as const;
  for (const [n, moment] of moments.entries()) {
    world.playPppd("open", "up lo", "wait");
    const before = (await calls()).length;
    const seen = world.modemEvents().filter((name) => name.startsWith(moment)).length;
    const pon = await world.start("pon", ["demo"]);
    if (moment === "up") await pon.ended;
    else await world.untilModem(moment, seen + 1);
    // Everything in the sandbox but its init.
    await world.run("/bin/sh", ["-c", "kill -9 -1"]);
    await pon.ended;
    await expect.poll(world.processes, { timeout: 20_000 }).toEqual([]);
    expect(await world.run("pppctl", ["status", "demo"])).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/^demo: down\n/),
    });
    expect(await calls(), moment).toHaveLength(before + 1);
    expect(await world.run("pon", ["demo"]), `after ${moment} (${n})`).toMatchObject({ status: 0 });
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
  }
  expect(world.exists(history)).toBe(true);
});

test("between two tries of pon the status says when it dials again, and poff ends the pause", async () => {
  world.put("/etc/chatscripts/demo", "ABORT BUSY\n'' AT\nOK ATD5550001\nCONNECT ''\n");
  world.putPeer("demo", chatOption, "set PON_REDIAL=3", "set PON_PAUSE=10m", "noauth");
  const pon = await world.start("pon", ["demo"]);
  await expect.poll(pon.output, { timeout: 20_000 }).toContain("dialing again in ");
  const status = await world.run("pppctl", ["status", "demo", "--json"]);
  const [seen] = JSON.parse(status.stdout);
  expect(seen).toMatchObject({ state: "waiting", attempt: 2, lastFailure: { cause: "busy" } });
  expect(seen.nextAt).toBeGreaterThan(Date.now() + 500_000);
  expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
  expect(await pon.ended).toMatchObject({ status: 5 });
  expect(JSON.parse((await world.run("pppctl", ["status", "demo", "--json"])).stdout)).toMatchObject([
    { state: "down", lastFailure: { cause: "busy" } },
  ]);
  await world.expectNothingLeft();
});

test("--watch redraws in place as wide as the terminal, ends on SIGTERM, and gives the cursor back", async () => {
  world.playPppd("open", "up lo", "wait");
  await world.run("pon", ["demo"]);
  const watch = await world.start(
    ...onTerminal("exec pppctl status --watch demo; true".replace("pppctl", `${process.cwd()}/bin/pppctl`)),
  );
  await expect.poll(() => watch.output().split("\u001b[J").length, { timeout: 20_000 }).toBeGreaterThan(3);
  await world.run("/bin/sh", ["-c", "kill -TERM $(pgrep -f 'pppctl-main.js status')"]);
  const { stdout } = await watch.ended;
  expect(stdout.startsWith("\u001b[?25l")).toBe(true);
  expect(stdout.endsWith("\u001b[?25h")).toBe(true);
  expect(stdout).toContain("demo: up on lo");
  const shown = stdout.split("\u001b[").map((part) => part.replace(/^[?0-9]*[A-Za-z]/, ""));
  const lines = shown.join("").split(/\r?\n|\r/);
  for (const line of lines) expect(line.length).toBeLessThan(40);
});

test.each([
  ["q", "q"],
  ["Ctrl-C", "\u0003"],
])("--watch is drawn anew when the terminal gets wider, %s ends it, and the terminal is as before", async (_, key) => {
  world.playPppd("open", "up lo", "wait");
  await world.run("pon", ["demo"]);
  const watch = `${process.cwd()}/bin/pppctl status --watch demo`;
  const command = `stty cols 40 rows 10; tty > /run/tty; stty -g > /run/before; ${watch}; echo "status $?"; stty -g > /run/after`;
  // What is written to the pipe is typed; open for both ways it never ends.
  const typed = 'mkfifo /run/keys; exec script -qec "$0" /dev/null <>/run/keys';
  const [, , env] = onTerminal("");
  const terminal = await world.start("/bin/sh", ["-c", typed, command], env);
  const widths = (text: string): number[] =>
    text
      .split("\u001b[")
      .map((part) => part.replace(/^[?0-9]*[A-Za-z]/, ""))
      .join("")
      .split(/[\r\n]+/)
      .map((line) => line.length);
  await expect.poll(() => terminal.output().split("\u001b[J").length, { timeout: 20_000 }).toBeGreaterThan(2);
  const narrow = terminal.output();
  // A line takes what there is, less the last column.
  expect(Math.max(...widths(narrow))).toBe(39);
  await world.run("/bin/sh", ["-c", "stty cols 70 rows 12 <$(cat /run/tty)"]);
  const wide = (): string => terminal.output().slice(narrow.length).split("\u001b[2J\u001b[H")[1] ?? "";
  await expect.poll(() => Math.max(...widths(wide())), { timeout: 20_000 }).toBe(69);
  world.put("/run/keys", key);
  const { stdout } = await terminal.ended;
  expect(stdout.replaceAll("\r", "").endsWith("\u001b[?25hstatus 0\n")).toBe(true);
  expect(world.read("/run/after")).toBe(world.read("/run/before"));
});

test("--watch that is no terminal's prints a line when something changes", async () => {
  const watch = await world.start("pppctl", ["status", "--watch", "demo"]);
  await expect.poll(watch.output, { timeout: 20_000 }).toBe("demo: down\n");
  world.playPppd("open", "up lo", "wait");
  await world.run("pon", ["demo"]);
  await expect.poll(watch.output, { timeout: 20_000 }).toMatch(/^demo: up on lo/m);
  process.kill(watch.pid, "SIGINT");
  expect(await watch.ended).toMatchObject({ status: 0, stderr: "" });
});
