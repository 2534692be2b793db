import { Duplex, duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { FileSyntaxError, parseChatScript, runChat } from "../../src/lib/chat.ts";

/** The far end of a line: answers what it hears. */
function answer(far: Duplex, answers: Readonly<Record<string, string>>): void {
  far.on("data", (bytes: Buffer) => {
    const reply = answers[bytes.toString("latin1")];
    if (reply !== undefined) far.write(reply);
  });
}

describe("pppctl/chat over a Duplex", () => {
  test("what follows the last match stays in the stream", async () => {
    const [near, far] = duplexPair();
    answer(far, { "AT\r": "\r\nOK\r\n", "ATD1\r": "\r\nCONNECT 9600\r\n~}" });
    const outcome = await runChat(near, parseChatScript("'' AT\nOK ATD1\nCONNECT '\\c'\n"));
    expect(outcome).toMatchObject({ result: { kind: "ok" }, exitStatus: 0, matchedLine: "CONNECT" });
    expect(near.read().toString("latin1")).toBe(" 9600\r\n~}");
    expect(["readable", "error", "close", "end"].map((event) => near.listenerCount(event))).toEqual([0, 0, 0, 0]);
  });

  test("a listener that was there hears it all, before and behind the match", async () => {
    const [near, far] = duplexPair();
    let heard = "";
    const all = new Promise<void>((resolve) => {
      near.on("data", (bytes: Buffer) => {
        heard += bytes.toString("latin1");
        if (heard.endsWith("~}")) resolve();
      });
    });
    answer(far, { "AT\r": "\r\nOK\r\n~}" });
    expect((await runChat(near, parseChatScript(["", "AT", "OK", "\\c"]))).result.kind).toBe("ok");
    await all;
    expect(heard).toBe("\r\nOK\r\n~}");
  });

  test("an abort string, with where and what", async () => {
    const [near, far] = duplexPair();
    answer(far, { "ATD1\r": "BUSY\r\n" });
    const { result, exitStatus } = await runChat(near, parseChatScript("ABORT BUSY\n'' ATD1\nCONNECT ''", "my.chat"));
    expect(exitStatus).toBe(4);
    expect(result).toMatchObject({
      kind: "abort",
      string: "BUSY",
      expected: "CONNECT",
      received: ["BUSY"],
      step: { file: "my.chat", line: 3, column: 1 },
    });
  });

  test.each([
    ["an end", (far: Duplex) => far.end()],
    ["a destroyed stream", (_: Duplex, near: Duplex) => near.destroy()],
    ["an error", (_: Duplex, near: Duplex) => near.destroy(new Error("unplugged"))],
  ])("%s is a line that is gone", async (_, end) => {
    const [near, far] = duplexPair();
    far.once("data", () => end(far, near));
    const { result } = await runChat(near, parseChatScript("'' AT\nOK ''"));
    expect(result.kind).toBe("line-gone");
  });

  test("the caller's signal and the script's timeout", async () => {
    const [near, far] = duplexPair();
    const stop = new AbortController();
    far.once("data", () => stop.abort("SIGTERM"));
    const stopped = await runChat(near, parseChatScript("'' AT\nOK ''"), { signal: stop.signal });
    expect(stopped.result).toMatchObject({ kind: "interrupted", reason: "SIGTERM" });
    const late = await runChat(duplexPair()[0], parseChatScript("OK ''"), { timeoutSeconds: 1 });
    expect(late.result.kind).toBe("timeout");
    expect(late.elapsedMs).toBeGreaterThan(990);
  });

  test("texts are sent as UTF-8; secrets are fetched by the caller", async () => {
    const [near, far] = duplexPair();
    let sent = "";
    far.on("data", (bytes: Buffer) => {
      sent += bytes.toString();
    });
    const { result } = await runChat(near, parseChatScript(["", "é\\T$X", "", "@?code"]), {
      phone: "ü",
      env: { X: "ö" },
      secrets: {
        ask: (prompt) => Promise.resolve({ kind: "content", bytes: Buffer.from(`${prompt}1`) }),
        run: () => Promise.resolve({ kind: "error", reason: "no" }),
      },
    });
    expect(result.kind).toBe("ok");
    expect(sent).toBe("éüö\rcode1\r");
  });

  test("a broken script and a stream of text are refused", async () => {
    expect(() => parseChatScript("'' 'AT")).toThrow(FileSyntaxError);
    const [near] = duplexPair();
    near.setEncoding("utf8");
    await expect(runChat(near, parseChatScript("OK"))).rejects.toThrow(TypeError);
    await expect(runChat(Duplex.from(["a"]), parseChatScript("OK"))).rejects.toThrow(TypeError);
  });
});
