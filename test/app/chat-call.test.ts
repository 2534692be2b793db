import { describe, expect, test } from "vitest";
import { loadChatCall, loadChatFile } from "../../src/app/chat-call.ts";
import type { ConnectEvent } from "../../src/app/connect-events.ts";
import { dialForPppd } from "../../src/app/dial-for-pppd.ts";
import { loadPlan, mistakeOf } from "../../src/app/load-plan.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

const peer = parsePeerName("isp");
const connect = 'connect "chat -f /etc/chatscripts/isp"';

async function callOf(...lines: readonly string[]): Promise<ReturnType<typeof loadChatCall>> {
  const { world } = new FakeWorld({ peer: [connect, ...lines] });
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { plan } = loaded;
  if (plan.connect.kind !== "chat") throw new Error("no chat");
  return loadChatCall(plan.connect, plan, world);
}

describe("PON_CHAR_DELAY", () => {
  test.each([
    [[], 0],
    [["set PON_CHAR_DELAY=10"], 10],
    [["set PON_CHAR_DELAY=0"], 0],
    [["set PON_CHAR_DELAY=5", "set PON_CHAR_DELAY=1000"], 1000],
  ])("%j: %i ms before each byte", async (lines, ms) => {
    expect((await callOf(...lines)).config.charDelayMs).toBe(ms);
  });

  test.each(["", "1001", "-1", "10ms", "1e2", "0x10"])("%j is refused, with its place", async (value) => {
    await expect(callOf(`set "PON_CHAR_DELAY=${value}"`)).rejects.toThrow(
      expect.objectContaining({ code: "peer.setting", exitCode: 2, file: "/etc/ppp/peers/isp", line: 3 }),
    );
  });

  test("pppctl dial waits before each byte", async () => {
    const fake = new FakeWorld({ peer: [connect, "set PON_CHAR_DELAY=10"] });
    const events: ConnectEvent[] = [];
    const begun = fake.clock.now();
    const running = dialForPppd(
      { peer, startedBy: [], signal: new AbortController().signal, onEvent: (event) => events.push(event) },
      fake.world,
    ).catch((error: unknown) => error);
    const playing = fake.line.play(
      [{ wait: "AT\r" }, { send: "OK\r\n" }, { wait: "ATD8765432\r" }, { send: "BUSY\r\n" }],
      fake.clock,
      () => undefined,
      new AbortController().signal,
    );
    expect(await fake.clock.runUntil(running)).toMatchObject({ exitCode: 4 });
    await fake.clock.runUntil(playing);
    expect(fake.clock.now() - begun).toBe(10 * "AT\rATD8765432\r".length);
    // Where it failed is told once, with all that is needed to mend it.
    expect(events.filter(({ type }) => type === "dial-failed")).toEqual([
      {
        type: "dial-failed",
        lines: [
          "at /etc/chatscripts/isp:4:1, 0.0 s in this step",
          "expected: CONNECT",
          "received: OK",
          "received: BUSY",
          "meaning: the number is engaged",
        ],
        sent: "ATD8765432",
        received: ["BUSY"],
      },
    ]);
  });
});

test("an @file whose name is not ASCII", async () => {
  const { world, files } = new FakeWorld();
  files.set("/etc/chatscripts/pin-é", "1234");
  expect(await loadChatFile("/etc/chatscripts/pin-\xc3\xa9", world)).toMatchObject({ kind: "content" });
});
