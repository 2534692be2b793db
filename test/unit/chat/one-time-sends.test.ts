import { describe, expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { DrivenChat } from "./drive-chat.ts";

const secret = (chat: DrivenChat, text: string): DrivenChat => {
  chat.give({ type: "secret-given", now: chat.now, content: bytesFromLatin1(text) });
  return chat.answer();
};

describe("one-time sends", () => {
  test("@?PROMPT asks, @!PROGRAM runs a program by an argument vector split at blanks", () => {
    expect(new DrivenChat(["", "@?Passcode for yosef:"]).start().of("ask")).toEqual([
      { type: "ask", prompt: "Passcode for yosef:" },
    ]);
    expect(new DrivenChat(["", "@!/usr/bin/otp  yosef;id\t$X"]).start().of("run-program")).toEqual([
      { type: "run-program", argv: ["/usr/bin/otp", "yosef;id", "$X"] },
    ]);
  });

  test("what is given is sent as it is, with CR, and hidden everywhere", () => {
    const chat = new DrivenChat(["", "@?code", "OK", "\\c"], { verbose: true }).start();
    secret(chat, "a\\d^M$X-\\q");
    expect(chat.sent).toBe("a\\d^M$X-\\q\r");
    chat.receive("a\\d^M$X-\\q\r\nOK");
    expect(JSON.stringify(chat.effects.filter(({ type }) => type !== "write"))).not.toContain("^M$X");
    expect(chat.log).toContain("send (??????)");
    expect(chat.state.result?.kind).toBe("ok");
  });

  test.each(["EOT", "BREAK", "@/etc/passwd", "@!x"])("%s is no keyword when it was given", (word) => {
    expect(secret(new DrivenChat(["", "@?code"]).start(), word).sent).toBe(`${word}\r`);
  });

  test("asked for anew at each send, also in a sub-reply", () => {
    const chat = new DrivenChat(["TIMEOUT", "1", "", "@?code", "OK-@?code-OK", "\\c"]).start();
    secret(chat, "first").pass(1000);
    secret(chat, "second");
    expect(chat.of("ask")).toHaveLength(2);
    expect(chat.sent).toBe("first\rsecond\r");
  });

  test("no answer within TIMEOUT, and a program that fails, end the chat with 1", () => {
    const slow = new DrivenChat(["TIMEOUT", "3", "", "@?code"]).start().pass(3000);
    expect(slow.state.result).toMatchObject({
      kind: "error",
      error: { exitCode: 1, message: 'command line:1:12: no answer to "code": Connection timed out' },
    });
    const failed = new DrivenChat(["", "@!otp"]).start();
    failed.give({ type: "file-failed", now: 0, reason: "it ended with status 2" });
    expect(failed.state.result).toMatchObject({
      error: { exitCode: 1, message: "command line:1:2: otp: it ended with status 2" },
    });
  });

  test("strict: files, as chat has it", () => {
    const chat = new DrivenChat(["", "@?code"], { strict: true }).start();
    expect(chat.of("load-file")).toEqual([{ type: "load-file", path: "?code" }]);
  });

  test("SIGALRM from elsewhere ends an expect, a delay, and the wait for an answer", () => {
    const expecting = new DrivenChat(["OK-AT-OK", "x"]).start();
    expecting.give({ type: "alarm", now: 1 });
    expect(expecting.answer().sent).toBe("AT\r");
    const waiting = new DrivenChat(["", "\\d\\dA"]).start();
    waiting.give({ type: "alarm", now: 1 });
    waiting.answer().pass(5000);
    expect(waiting.state.result?.kind).toBe("send-failed");
    const asking = new DrivenChat(["", "@?code"]).start();
    asking.give({ type: "alarm", now: 1 });
    expect(asking.state.result?.kind).toBe("error");
  });
});
