import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatConfig } from "../../../src/chat/chat-config.ts";
import type { ChatEffect } from "../../../src/chat/chat-effect.ts";
import type { ChatEvent } from "../../../src/chat/chat-event.ts";
import { advanceReadAhead, startReadAhead } from "../../../src/chat/read-ahead.ts";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { DrivenChat } from "./drive-chat.ts";

const word = fc.constantFrom(
  ..."ABORT|CLR_ABORT|REPORT|CLR_REPORT|TIMEOUT|ECHO|SAY|HANGUP|OK|AB|ABA|-|A-B-OK|OK--OK|AT-@f-AT".split("|"),
  ...[
    "",
    "1",
    "ON",
    "OFF",
    "BREAK",
    "EOT",
    "\\c",
    "A\\d\\p",
    "\\qpin",
    "\\K\\c",
    "@f",
    "@?code",
    "@!otp",
    "^M",
    "\\\\",
    "\\N",
    "\xff",
    "$X",
  ],
);
const words = fc.array(word, { maxLength: 14 });
const text = fc.string({
  unit: fc.constantFrom("A", "B", "O", "K", "\r", "\n", "\0", "p", "in", "\xcf"),
  maxLength: 30,
});
const options: fc.Arbitrary<Omit<ChatConfig, "script">> = fc.record({
  verbose: fc.boolean(),
  echo: fc.boolean(),
  echoToStderr: fc.boolean(),
  strict: fc.boolean(),
  timeoutSeconds: fc.constantFrom(1, 45),
  charDelayMs: fc.constantFrom(0, 10),
  reportFile: fc.constantFrom(undefined, "r"),
  env: fc.constantFrom(undefined, { X: "A\\" }),
});

/** Neighbours that could have been one. */
function merge(effects: readonly ChatEffect[]): ChatEffect[] {
  const merged: ChatEffect[] = [];
  for (const effect of effects) {
    const last = merged.at(-1);
    if (effect.type === "stderr" && last?.type === "stderr" && last.echo === effect.echo)
      merged[merged.length - 1] = { ...last, text: last.text + effect.text };
    else merged.push(effect);
  }
  return merged;
}

/** Give the same bytes at the same times, in pieces of at most `chunk`. */
function dial(
  list: readonly string[],
  config: Omit<ChatConfig, "script">,
  modem: readonly [number, string][],
  chunk: number,
): DrivenChat {
  const chat = new DrivenChat(list, config).start();
  const load = (): void => {
    if (chat.state.phase === "loading")
      chat.give({ type: "file-loaded", now: chat.now, content: bytesFromLatin1("f\n") });
    chat.answer();
  };
  for (const [wait, bytes] of modem) {
    load();
    chat.pass(wait);
    load();
    chat.receive(bytes, chunk);
    load();
  }
  return chat;
}

const modem = fc.array(fc.tuple(fc.constantFrom(0, 1, 400, 1000), text), { maxLength: 6 });

test("any chunking of the same bytes at the same times gives the same effects", () => {
  fc.assert(
    fc.property(words, options, modem, fc.integer({ min: 1, max: 9 }), (list, config, steps, chunk) => {
      const whole = dial(list, config, steps, 1e9);
      const pieces = dial(list, config, steps, chunk);
      expect(merge(pieces.effects)).toEqual(merge(whole.effects));
      expect(pieces.line).toBe(whole.line);
      expect(pieces.state).toEqual(whole.state);
    }),
    { numRuns: 500 },
  );
}, 60_000);

test("a chat that waits has a deadline, one that reads has a limit, one that is done has neither", () => {
  fc.assert(
    fc.property(words, options, modem, (list, config, steps) => {
      const { state } = dial(list, config, steps, 1e9);
      const idle = state.phase === "done";
      expect(state.deadline === undefined).toBe(idle);
      expect(state.readLimit > 0).toBe(state.phase === "expecting" || state.phase === "closing");
      expect(state.result === undefined).toBe(!idle);
      expect(["new", "ready"]).not.toContain(state.phase);
    }),
    { numRuns: 500 },
  );
}, 60_000);

test("reading ahead takes what reading byte by byte takes, and ends where it ends", () => {
  fc.assert(
    fc.property(words, options, modem, text, (list, config, steps, stream) => {
      const chat = dial(list, config, steps, 1e9);
      const other = dial(list, config, steps, 1e9);
      const { state } = chat;
      let ahead = startReadAhead(state);
      let left = bytesFromLatin1(stream);
      let taken = 0;
      while (ahead.limit > 0 && left.length > 0) {
        const bytes = left.subarray(0, ahead.limit);
        left = left.subarray(bytes.length);
        taken += bytes.length;
        ahead = advanceReadAhead(state, ahead, bytes);
      }
      // The machine wants each of these bytes, and behind them those that reading ahead would take.
      for (const byte of bytesFromLatin1(stream).subarray(0, taken)) {
        expect(other.state.readLimit).toBeGreaterThan(0);
        other.give({ type: "bytes", now: other.now, bytes: Uint8Array.of(byte) });
      }
      if (ahead.limit > 0) expect(other.state.readLimit).toBe(ahead.limit);
      if (taken > 0) chat.give({ type: "bytes", now: chat.now, bytes: bytesFromLatin1(stream.slice(0, taken)) });
      expect(merge(chat.effects)).toEqual(merge(other.effects));
      expect(chat.state).toEqual(other.state);
    }),
    { numRuns: 500 },
  );
}, 60_000);

test("nothing is taken behind the last match", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("A", "B"), minLength: 1, maxLength: 5 }),
      text,
      text,
      (last, before, after) => {
        const chat = new DrivenChat(["ABORT", "never", last]).start();
        const stream = before + last + after;
        chat.receive(stream);
        const seven = stream.replaceAll("\xcf", "O");
        expect(chat.line).toBe(stream.slice(seven.indexOf(last) + last.length));
      },
    ),
  );
}, 60_000);

test("no events make it throw, and the end is said once, last", () => {
  const event: fc.Arbitrary<(now: number) => ChatEvent> = fc.oneof(
    fc.constant((now: number) => ({ type: "start", now }) as const),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => (now: number) => ({ type: "bytes", now, bytes }) as const),
    fc.constant((now: number) => ({ type: "deadline", now }) as const),
    fc.constant((now: number) => ({ type: "written", now }) as const),
    fc.uint8Array().map((content) => (now: number) => ({ type: "file-loaded", now, content }) as const),
    fc.constant((now: number) => ({ type: "file-failed", now, reason: "why" }) as const),
    fc.uint8Array().map((content) => (now: number) => ({ type: "secret-given", now, content }) as const),
    fc.constant((now: number) => ({ type: "alarm", now }) as const),
    fc.constant((now: number) => ({ type: "line-gone", now }) as const),
    fc.constant((now: number) => ({ type: "interrupt", now, reason: "SIGINT" }) as const),
  );
  const weighted = fc.array(fc.tuple(fc.nat(2000), event), { maxLength: 40 });
  const anyWords = fc.array(fc.oneof(word, fc.string({ unit: "binary", maxLength: 9 })), { maxLength: 14 });
  fc.assert(
    fc.property(anyWords, options, weighted, (list, config, events) => {
      const chat = new DrivenChat(list, config);
      chat.give({ type: "start", now: 0 });
      for (const [wait, make] of events) {
        chat.now += wait;
        chat.give(make(chat.now));
      }
      const ends = chat.effects.flatMap((effect, i) => (effect.type === "done" ? [i] : []));
      expect(ends).toEqual(chat.state.phase === "done" ? [chat.effects.length - 1] : []);
      const waits =
        chat.of("write").length +
        chat.of("break").length +
        chat.of("load-file").length +
        chat.of("ask").length +
        chat.of("run-program").length;
      expect(waits).toBeLessThanOrEqual(events.length + 1);
    }),
    { numRuns: 300 },
  );
}, 60_000);
