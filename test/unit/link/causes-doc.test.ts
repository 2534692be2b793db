import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Cause, type CauseDetails, causeRow, causes } from "../../../src/link/causes.ts";

/** What makes a sentence one that a reader knows again. */
const samples: Partial<Record<Cause, CauseDetails>> = {
  "device-missing": { device: "/dev/ttyUSB0" },
  "device-busy": { device: "/dev/ttyS0", holder: { pid: 4711, name: "minicom" } },
  "device-denied": { device: "/dev/ttyS0", message: "Permission denied" },
  "device-failed": { device: "/dev/ttyS0", message: "Input/output error" },
  "lock-failed": { device: "/dev/ttyS0", message: "Read-only file system" },
  "modem-silent": { device: "/dev/ttyS0", timeoutMs: 5000 },
  "modem-error": { sent: "AT+FOO" },
  "sim-pin": { string: "+CME ERROR: SIM PIN required" },
  "no-dialtone": { string: "NO DIALTONE" },
  busy: { string: "BUSY", number: "8765432", elapsedMs: 3200 },
  "no-answer": { string: "NO ANSWER" },
  "no-carrier": { string: "NO CARRIER" },
  voice: { string: "VOICE" },
  "abort-string": { string: "DELAYED" },
  "expect-timeout": { expected: "CONNECT", received: ["RINGING"], timeoutMs: 45_000 },
  "login-refused": { string: "Login incorrect" },
  "server-unresolved": { server: "vpn.example", message: "Name or service not known" },
  "server-unreachable": { server: "192.0.2.1", message: "No route to host" },
  "server-refused": { server: "192.0.2.1", number: "1723" },
  "gre-blocked": { server: "192.0.2.1" },
  "firewall-drops": { message: "GRE (protocol 47): nft: table inet filter, chain input (7 packets)" },
  "call-refused": { server: "192.0.2.1", message: "Busy" },
  "pppoe-silent": { device: "eth1", message: "for service gold" },
  "pppoe-refused": { message: "Service-Name-Error: no such service" },
  "l2tp-silent": { server: "192.0.2.1" },
  "ipsec-needed": { server: "192.0.2.1" },
  "l2tp-refused": { server: "192.0.2.1", message: "No Authorization" },
  "l2tp-daemon": { message: "No such tunnel 'isp'" },
  "no-ppp": { received: ["login:"] },
  "auth-refused": { method: "CHAP", message: "Access denied" },
  "echo-timeout": { count: 4 },
  "probe-failed": { message: "ping 192.0.2.1" },
  "ended-by-peer": { message: "Link inactive" },
  "user-request": { signal: "15" },
  "option-error": { file: "/etc/ppp/peers/isp", message: "unrecognized option 'bogus'" },
  "hook-failed": { file: "/etc/ppp/ip-up.d/mail", message: "exit status 1" },
  "pppd-crashed": { signal: "SIGKILL" },
  "pppd-failed": { exitStatus: 1 },
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

it("docs/causes.md has every cause as the commands say it", () => {
  const rows = (Object.keys(causes) as Cause[]).map((cause) => {
    const { code, exitStatus, retry, hint, sentence } = causeRow(cause);
    const said = sentence(samples[cause] ?? {});
    return `| \`${cause}\` | \`${code}\` | ${exitStatus} | ${retry} | ${cell(said)} | ${cell(hint ?? "")} |`;
  });
  const doc = readFileSync(new URL("../../../docs/causes.md", import.meta.url), "utf8").split("\n");
  expect(doc.filter((line) => line.startsWith("| `") && line.split(" | ").length === 6)).toEqual(rows);
});
