import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { useGuest } from "./guest.ts";

const guest = useGuest();

afterEach(async () => {
  expect(await guest.killLeftovers()).toEqual([]);
});

describe("the emulated kernel", () => {
  test("has PPP, and a pppd that knows it", async () => {
    expect(await guest.status("/dev/ppp")).toMatchObject({ type: "character" });
    const { status, stdout, stderr } = await guest.run(["pppd", "--version"]);
    expect(status).toBe(0);
    expect(stdout + stderr).toMatch(/pppd version 2\.\d/);
  });

  test("shows nothing of the host's /tmp and logs, and keeps what is written to itself", async () => {
    const probe = mkdtempSync(join(tmpdir(), "pppctl-host-"));
    try {
      expect(await guest.exists(probe)).toBe(false);
    } finally {
      rmSync(probe, { recursive: true });
    }
    expect(readdirSync("/var/log")).toContain("dpkg.log");
    expect(await guest.list("/var/log")).not.toContain("dpkg.log");
    await guest.writeFile("/etc/ppp/peers/kernel-test", "nodetach\n", 0o640);
    expect(await guest.status("/etc/ppp/peers/kernel-test")).toMatchObject({ type: "file", mode: 0o640, size: 9 });
    await guest.remove("/etc/ppp/peers/kernel-test");
    expect(await guest.exists("/etc/ppp/peers/kernel-test")).toBe(false);
  });

  test("carries bytes between ttyS1 and ttyS2, and shows that DTR fell with the last close", async () => {
    const raw = ["raw", "-echo", "clocal", "115200"];
    expect((await guest.run(["stty", "-F", "/dev/ttyS1", ...raw])).status).toBe(0);
    expect((await guest.run(["stty", "-F", "/dev/ttyS2", ...raw])).status).toBe(0);
    const listener = await guest.spawn(["head", "-n", "1", "/dev/ttyS2"]);
    const talker = await guest.spawn(["tee", "/dev/ttyS1"], { keepInputOpen: true });
    await guest.waitForFile("/proc/tty/driver/serial", /^1: .*\|DTR/);
    await guest.waitForFile("/proc/tty/driver/serial", /^2: .*\|DTR/);
    await talker.write("CONNECT 115200\n");
    expect(await listener.wait()).toMatchObject({ status: 0, stdout: "CONNECT 115200\n" });
    await talker.kill();
    await talker.wait();
    await guest.waitForFile("/proc/tty/driver/serial", /^1: (?!.*DTR)/);
  });

  test("brings a link up between two pppds, one in a namespace of its own, and packets cross it", async () => {
    expect((await guest.run(["ip", "netns", "add", "isp"])).status).toBe(0);
    const far = "ip netns exec isp pppd notty nodetach local noauth 10.9.0.1:10.9.0.2";
    const near = await guest.spawn(["pppd", "pty", far, "nodetach", "local", "noauth", "nodefaultroute"]);
    await near.waitForOutput(/remote IP address 10\.9\.0\.1/);
    expect((await guest.run(["ping", "-c", "2", "-i", "0.2", "10.9.0.1"])).stdout).toMatch(/ 2 received/);
    await near.kill("SIGTERM");
    expect(await near.wait()).toMatchObject({ status: 5 });
    await guest.waitFor({ noProcess: "pppd" });
    expect((await guest.run(["ip", "netns", "del", "isp"])).status).toBe(0);
  });
});

describe("the guest's agent", () => {
  test("passes on input, output, environment, status and signal", async () => {
    const script = 'cat; echo "$GREETING" >&2; pwd; exit 7';
    const options = { input: "in\n", env: { GREETING: "grüß" }, cwd: "/etc" };
    expect(await guest.run(["sh", "-c", script], options)).toMatchObject({
      status: 7,
      signal: null,
      stdout: "in\n/etc\n",
      stderr: "grüß\n",
      heldOpen: false,
    });
    expect((await guest.run(["/usr/bin/env"], { clearEnv: true, env: { ONLY: "1" } })).stdout).toBe("ONLY=1\n");
    const sleeper = await guest.spawn(["sleep", "1000"]);
    await sleeper.kill("SIGHUP");
    expect(await sleeper.wait()).toMatchObject({ status: null, signal: "SIGHUP" });
  });

  test("rejects what takes too long, and kills it with its children", async () => {
    await expect(guest.run(["sh", "-c", "sleep 1000 & sleep 1000"], { timeoutMs: 200 })).rejects.toMatchObject({
      code: "timeout",
    });
    await guest.waitFor({ noProcess: "^sleep" });
  });

  test("rejects a program that is not there, and a file that is not there", async () => {
    await expect(guest.run(["/no/such/program"])).rejects.toMatchObject({ code: "ENOENT" });
    await expect(guest.readFile("/no/such/file")).rejects.toMatchObject({ code: "ENOENT" });
    await expect(guest.waitForFile("/no/such/file", undefined, 50)).rejects.toMatchObject({ code: "timeout" });
  });

  test("tells when a program left its output open to another", async () => {
    const { heldOpen, stdout } = await guest.run(["sh", "-c", "echo started; sleep 1000 &"]);
    expect({ heldOpen, stdout }).toEqual({ heldOpen: true, stdout: "started\n" });
    expect((await guest.run(["pkill", "-x", "sleep"])).status).toBe(0);
    await guest.waitFor({ noProcess: "^sleep" });
  });

  test("runs a program on a terminal, and interrupts it by Ctrl-C", async () => {
    const shell = await guest.spawn(["sh", "-c", "tty; stty size; trap 'echo interrupted; exit 5' INT; sleep 1000"], {
      pty: true,
    });
    await shell.waitForOutput(/^24 80/);
    await guest.waitFor({ process: "^sleep" });
    await shell.write("\x03");
    const { status, stdout } = await shell.wait();
    expect(status).toBe(5);
    // The kernel echoes the key after it has sent the signal: before what the shell says then, or behind it.
    expect(stdout.replace("^C", "")).toMatch(/^\/dev\/pts\/\d+\r\n24 80\r\n(\r\n)?interrupted\r\n$/);
  });
});
