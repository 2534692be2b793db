import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunningSimulatedModem } from "../../src/app/simulate.ts";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { makeDefaultScenario, readScenario } from "../../src/modem/read-scenario.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

/** A sandbox with a simulated modem, a peer `demo` that dials it, and a stub for pppd. */
export interface DialFixture extends Sandbox {
  /** /dev/pts/N of the modem. */
  readonly device: string;
  /** Names of the modem's events, with the reason where it says one. */
  readonly modemEvents: () => readonly string[];
  /** The modem goes away, as a USB modem that is pulled out. */
  readonly unplugModem: () => Promise<void>;
  /** Until the modem's log has the event so many times. */
  readonly untilModem: (event: string, times?: number) => Promise<void>;
  /** Write the peer `demo` (or another): the device's line and those given, without the default `connect`. */
  readonly putPeer: (name: string, ...lines: readonly string[]) => void;
  /** No lock, no dialer's mark and no process of ours or of pppd's is left, and the modem is on-hook. */
  readonly expectNothingLeft: () => Promise<void>;
}

export const chatOption = 'connect "chat -f /etc/chatscripts/demo"';

/** Start both; `number 8765432` connects to an echo unless the scenario says otherwise. */
export async function startDialFixture(scenario?: unknown): Promise<DialFixture> {
  const folder = mkdtempSync(join(tmpdir(), "pppctl-dial-"));
  const logPath = join(folder, "modem.jsonl");
  const modem: RunningSimulatedModem = await startSimulatedModemHost({
    line: { type: "pty", link: undefined },
    scenario: scenario === undefined ? makeDefaultScenario() : readScenario(scenario, "test.json"),
    logPath,
  });
  const sandbox = await startSandbox();
  const device = modem.path;

  const modemEvents = (): string[] =>
    readFileSync(logPath, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { event, why } = JSON.parse(line) as { event: string; why?: string };
        return why === undefined ? event : `${event}: ${why}`;
      });
  const fixture: DialFixture = {
    ...sandbox,
    device,
    modemEvents,
    unplugModem: () => modem.stop(),
    untilModem: async (event, times = 1) => {
      await expect
        .poll(() => modemEvents().filter((name) => name.startsWith(event)).length, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(times);
    },
    putPeer: (name, ...lines) => sandbox.put(`/etc/ppp/peers/${name}`, `${[device, "115200", ...lines].join("\n")}\n`),
    expectNothingLeft: async () => {
      await expect.poll(sandbox.processes, { timeout: 20_000 }).toEqual([]);
      expect(sandbox.list("/run/lock")).toEqual([]);
      for (const peer of sandbox.list("/run/pppctl")) {
        expect(sandbox.list(`/run/pppctl/${peer}`)).not.toContain("dialing");
      }
      expect(sandbox.list("/run").filter((name) => name.endsWith(".pid"))).toEqual([]);
      await expect
        .poll(() => modemEvents().findLast((event) => /^(dtr|on-hook|off-hook)/.test(event)) ?? "", { timeout: 20_000 })
        .not.toMatch(/^off-hook/);
    },
    stop: async () => {
      await sandbox.stop();
      await modem.stop();
      rmSync(folder, { recursive: true });
    },
  };
  sandbox.put("/etc/ppp/options", "lock\n");
  sandbox.put(
    "/etc/chatscripts/demo",
    "ABORT BUSY\nABORT 'NO CARRIER'\nABORT 'NO DIALTONE'\n'' AT\nOK ATD8765432\nTIMEOUT 5\nCONNECT '\\c'\n",
  );
  fixture.putPeer("demo", chatOption, "noauth");
  sandbox.playPppd("open", "up", "wait");
  return fixture;
}
