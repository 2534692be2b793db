import { Command } from "commander";
import { expect, test, vi } from "vitest";
import { standardError } from "../../src/cli/standard-streams.ts";
import { registerStatusCommand } from "../../src/cli/status-command.ts";
import { FakeWorld } from "./fake-world.ts";
import { putRecord } from "./put-record.ts";

/** `isp` on ppp0; `other` as a killed pon has left it. */
function twoLinks(): FakeWorld {
  const fake = new FakeWorld();
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
  fake.files.set("/run/ppp-isp.pid", "600\nppp0\n");
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  putRecord(fake, { peer: "other", pppd: { pid: 700, startTime: 1 } });
  return fake;
}

async function status(fake: FakeWorld, words: readonly string[], signal: AbortSignal) {
  const said: string[] = [];
  const finish = vi.fn();
  const stdout = { isTTY: false, on: () => undefined, write: (text: string) => said.push(text) };
  const program = registerStatusCommand(new Command(), {
    world: fake.world,
    signal,
    terminal: () => ({ stdin: process.stdin, stdout: stdout as unknown as NodeJS.WriteStream }),
    print: (text) => void said.push(text),
    finish,
  }).parent as Command;
  const running = program.parseAsync(["status", ...words], { from: "user" });
  // It loads what it needs when it is called; after that nothing but the clock is waited for.
  await vi.dynamicImportSettled();
  await fake.clock.runUntil(running);
  return { said: said.join(""), status: finish.mock.lastCall?.[0] };
}

test("told to end between its two looks, it says what it has seen", async () => {
  const fake = twoLinks();
  const stop = new AbortController();
  void fake.clock.sleep(100).then(() => stop.abort("SIGINT"));
  expect(await status(fake, ["isp"], stop.signal)).toMatchObject({
    said: expect.stringMatching(/^isp: up on ppp0/),
    status: 0,
  });
});

test("--watch that is ended before it has seen a link has seen none up", async () => {
  expect(await status(twoLinks(), ["--watch", "isp"], AbortSignal.abort("SIGTERM"))).toEqual({ said: "", status: 3 });
});

test("a history that cannot be written is said once, however often it looks", async () => {
  const fake = twoLinks();
  fake.historyFails = true;
  const warned = vi.spyOn(standardError, "write").mockImplementation(() => undefined);
  const stop = new AbortController();
  void fake.clock.sleep(3500).then(() => stop.abort("SIGINT"));
  await status(fake, ["--watch"], stop.signal);
  expect(warned.mock.calls).toEqual([[expect.stringContaining("not in the history: other: ENOSPC")]]);
});
