import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenCommand } from "../../src/app/disconnect-commands.ts";

/** A directory with a log of pppd's, and a pppctl that says its words. */
let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "pppctl-disconnect-"));
  writeFileSync(join(directory, "pppctl"), '#!/bin/sh\necho "$@"\nexit 3\n', { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const silent = ["Connect: ppp0 <--> /dev/ttyS1", "LCP: timeout sending Config-Requests", "Connection terminated."];
const up = ["Connect: ppp0 <--> /dev/ttyS1", "local  IP address 10.0.0.2", "remote IP address 10.0.0.1"];
const ended = ["Connect time 1.0 minutes.", "Sent 10 bytes, received 10 bytes.", "Connection terminated."];

describe("pppd's disconnect command, by sh(1): the other end is listened to", () => {
  test.each([
    ["where LCP got no answer", silent, true],
    ["the same after a call that was up", [...up, ...ended, "Serial link disconnected.", ...silent], true],
    ["with more after it", [...silent, "Receive serial link is not 8-bit clean:"], true],
    ["not after a call that was up", [...up, ...ended], false],
    ["not after one that followed a silent one", [...silent, "Serial link disconnected.", ...up, ...ended], false],
    ["not where LCP fell silent on a link that was up", [...up, silent[1], ...ended], false],
    ["nor after one of IPv6 alone", [silent[0], "local  LL address fe80::1", silent[1], silent[2]], false],
    ["not when somebody ended it before", [silent[0], "Terminating on signal 15", "Connection terminated."], false],
    ["not where the log is empty", [], false],
  ] as const)("%s", (_name, lines, listens) => {
    const log = join(directory, "pppd.log");
    writeFileSync(log, lines.map((line) => `${line}\n`).join(""));
    const env = { PATH: "/usr/bin:/bin", PPPCTL: join(directory, "pppctl"), PPPCTL_LOG: log };
    // As pppd has it run (main.c, device_script).
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", listenCommand], { env, encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: listens ? "dial --listen\n" : "", stderr: "" });
  });
});

describe("the peer's own disconnect command follows", () => {
  test.each([
    ["where somebody listens", silent, "dial --listen\nwhole words $5\n"],
    ["and where nobody does", up, "whole words $5\n"],
  ] as const)("%s, with its status", (_name, lines, says) => {
    const log = join(directory, "pppd.log");
    writeFileSync(log, lines.map((line) => `${line}\n`).join(""));
    const env = {
      PATH: "/usr/bin:/bin",
      PPPCTL: join(directory, "pppctl"),
      PPPCTL_LOG: log,
      PPPCTL_DISCONNECT: "printf '%s %s\\n' 'whole words' '$5'; exit 7",
    };
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", listenCommand], { env, encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: says, stderr: "" });
  });
});
