import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Guest } from "./guest.ts";
import { dialScript, type Isp, numbers, type PeerText } from "./isp.ts";
import {
  abortString,
  callbackOptions,
  deniedDevice,
  forbidLocks,
  installCallbackPeer,
  leaveNoRoom,
  mppeOptions,
  plugInModem,
  pulledOut,
  pullOutModem,
  user,
  wrongPin,
} from "./rare-ends.ts";

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
  /** Another pppd than /usr/sbin/pppd. */
  readonly program?: string;
  /** Not root, but in pppd's group. */
  readonly asUser?: true;
  /** After the peer on the command line. */
  readonly words?: readonly string[];
  /** Once the link is up. */
  readonly during?: (guest: Guest, name: string) => Promise<void>;
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
  "chat-voice": { peer: { number: numbers.voice }, status: 8 },
  "chat-no-answer": { peer: { number: numbers.noAnswer }, status: 8 },
  "chat-no-dialtone": { peer: { number: numbers.noDialtone }, status: 8 },
  "chat-no-carrier": { peer: { number: numbers.noCarrier }, status: 8 },
  "chat-abort-string": { peer: abortString.peer, status: 8 },
  "chat-sim-pin": { peer: wrongPin.peer, status: 8 },
  "device-denied": { peer: { device: "" }, words: [deniedDevice], status: 7, asUser: true },
  callback: {
    peer: { number: numbers.callsBack, options: callbackOptions },
    status: 14,
    before: installCallbackPeer,
  },
  "negotiation-failed": { peer: { options: mppeOptions }, status: 10 },
  "pty-failed": {
    peer: { device: "", connect: "", options: ["pty /bin/cat"] },
    status: 9,
    before: leaveNoRoom,
  },
  "chat-pin-error": {
    peer: badScript(
      // The shorter ABORT ERROR comes first.
      dialScript(numbers.up).replace("OK ATD", "OK AT+CPIN=0000\nOK ATD"),
    ),
    status: 8,
  },
  "stock-modem-gone": {
    peer: { device: pulledOut, options: ["nodetach"] },
    status: 16,
    before: plugInModem,
    during: async (guest) => {
      await guest.waitForFile("/var/log/syslog", /remote IP address 10\.64\.0\.1(?![\s\S]*Exit\.)/);
      await pullOutModem(guest);
    },
  },
  "device-no-tty": { peer: { device: "/dev/zero" }, status: 1 },
  "lock-failed": {
    peer: {},
    status: 6,
    before: forbidLocks,
  },
  "not-root": {
    peer: {},
    status: 3,
    from: "stderr",
    asUser: true,
    program: "/tmp/pppd",
    before: async (guest) => {
      await guest.run(["install", "-m", "755", "/usr/sbin/pppd", "/tmp/pppd"]);
      return () => guest.remove("/tmp/pppd");
    },
  },
  "number-refused": { peer: { options: ["remotenumber 5559001", "allow-number 5559002"] }, status: 21 },
  "stock-ended-by-peer": { peer: { number: "5553001" }, status: 16 },
  "stock-pap-refused-debug": { peer: { number: numbers.pap, options: ["user wrong", "debug"] }, status: 19 },
  "chap-refused": { peer: { number: numbers.chap, options: ["user wrong"] }, status: 19 },
  "lcp-timeout": { peer: { number: numbers.mutePeer }, status: 16 },
  "no-ppp-8-bit": { peer: { number: numbers.noPpp }, status: 16 },
  "option-error-in-file": { peer: { options: ["bogusword"] }, status: 2, from: "stderr" },
  "device-missing": { peer: { device: "/dev/ttyUSB7" }, status: 2 },
  "auth-required": { peer: { options: ["auth", "remotename nobody"] }, status: 1, from: "stderr" },
  "interface-name-taken": { peer: { options: ["ifname lo"] }, status: 1 },
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
    test.for(Object.entries(calls))("%s", async ([name, { peer, status, from, before, during, words, ...how }]) => {
      const restore = await before?.(guest);
      await isp.writePeer(name, { ...peer, options: [...options, "lock", ...(peer.options ?? [])] });
      const start = (await guest.readFile("/var/log/syslog").catch(() => "")).length;
      const running = await guest.spawn(
        [how.program ?? "/usr/sbin/pppd", "call", name, ...(words ?? []), "nodetach"],
        how.asUser && user,
      );
      await during?.(guest, name);
      const pppd = await running.wait();
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
