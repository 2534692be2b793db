import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Guest } from "./guest.ts";
import { dialScript, type Isp, numbers, type PeerText } from "./isp.ts";

/** Where logs go that are to be kept: test/data/pppd-logs is filled so. Undefined: none are kept. */
const folder = process.env["PPPCTL_RECORD_LOGS"];

/** Keep a log, with a line about where it is from. Nothing of the developer's machine is in a guest's. */
export function writeLog(name: string, what: string, text: string): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.log`), `# recorded in the emulated machine, pppd 2.4.9: ${what}\n${text}`);
}

interface StockCall {
  readonly peer: PeerText;
  readonly status: number;
  /** What pppd says on standard error, instead of what it says to the syslog. */
  readonly from?: "stderr";
  /** Prepares the machine; what it gives back puts it right again. */
  readonly before?: (guest: Guest) => Promise<() => Promise<void>>;
}

const badScript = (script: string): PeerText => ({ script });

const calls: Readonly<Record<string, StockCall>> = {
  "chat-busy": { peer: { number: numbers.busy }, status: 8 },
  "chat-timeout": { peer: badScript(dialScript(numbers.silence).replace("TIMEOUT 60", "TIMEOUT 2")), status: 8 },
  "chat-silent": {
    peer: { device: "/dev/ttyS1", script: "TIMEOUT 1\n'' ATZ\nOK ATD1\nCONNECT '\\c'\n" },
    status: 8,
    before: async (guest) => {
      // It listens, because the emulated wire keeps what nobody reads for whoever comes next.
      await guest.run(["stty", "-F", "/dev/ttyS2", "raw", "-echo", "clocal", "115200"]);
      const modem = await guest.spawn(["cat", "/dev/ttyS2"]);
      return async () => {
        await modem.kill();
        await modem.wait();
      };
    },
  },
  "chat-login-refused": {
    peer: badScript(
      `${dialScript(numbers.login)}ABORT 'Login incorrect'\nogin: joe\nassword: \\qnothing\nassword: \\c\n`,
    ),
    status: 8,
  },
  "chat-modem-error": {
    peer: badScript(dialScript(numbers.up).replace("OK ATD", "OK AT+FOO\nOK ATD")),
    status: 8,
  },
  "stock-ended-by-peer": { peer: { number: "5553001" }, status: 16 },
  "stock-pap-refused-debug": { peer: { number: numbers.pap, options: ["user wrong", "debug"] }, status: 19 },
  "chap-refused": { peer: { number: numbers.chap, options: ["user wrong"] }, status: 19 },
  "lcp-timeout": { peer: { number: numbers.mutePeer }, status: 16 },
  "no-ppp-8-bit": { peer: { number: numbers.noPpp }, status: 16 },
  "option-error-in-file": { peer: { options: ["bogusword"] }, status: 2, from: "stderr" },
  "device-missing": { peer: { device: "/dev/ttyUSB7" }, status: 2 },
  "auth-required": { peer: { options: ["auth", "remotename nobody"] }, status: 1, from: "stderr" },
  "connect-program-failed": { peer: { connect: "/bin/false" }, status: 8 },
  "init-failed": { peer: { options: ["init /bin/false"] }, status: 18 },
  locked: {
    peer: {},
    status: 6,
    before: async (guest) => {
      const holder = await guest.spawn(["sleep", "1000"]);
      await guest.writeFile("/run/lock/LCK..modem", `${String(holder.pid).padStart(10)}\n`);
      return async () => {
        await holder.kill("SIGKILL");
        await holder.wait();
        await guest.remove("/run/lock/LCK..modem");
      };
    },
  },
  "no-kernel-ppp": {
    peer: {},
    status: 4,
    before: async (guest) => {
      await guest.run(["mv", "/dev/ppp", "/dev/ppp.away"]);
      return async () => void (await guest.run(["mv", "/dev/ppp.away", "/dev/ppp"]));
    },
  },
};

/** Where logs are kept: calls by stock pppd with chat(8), as the syslog has them, less the lines of the provider's pppd. */
export function recordStockLogs(guest: Guest, isp: Isp, options: readonly string[]): void {
  if (folder === undefined) return;
  describe("stock pppd", () => {
    test.for(Object.entries(calls))("%s", async ([name, { peer, status, from, before }]) => {
      const restore = await before?.(guest);
      await isp.writePeer(name, { ...peer, options: [...options, "lock", ...(peer.options ?? [])] });
      const start = (await guest.readFile("/var/log/syslog").catch(() => "")).length;
      const pppd = await guest.run(["/usr/sbin/pppd", "call", name, "nodetach"]);
      await restore?.();
      const lines = (await guest.readFile("/var/log/syslog")).slice(start).split("\n");
      const pid = lines.map((line) => / pppd\[(\d+)\]: /.exec(line)?.[1]).find((found) => found !== undefined);
      const ours = lines.filter((line) => line.includes(` pppd[${pid}]: `) || / chat\[\d+\]: /.test(line));
      const text = from === "stderr" ? pppd.stderr : `${ours.join("\n")}\n`;
      writeLog(name, `stock pppd, ${from ?? "syslog"}, exit status ${pppd.status}`, text);
      expect(pppd.status).toBe(status);
    });
  });
}
