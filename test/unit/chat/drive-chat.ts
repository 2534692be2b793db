import type { ChatConfig } from "../../../src/chat/chat-config.ts";
import type { ChatEffect } from "../../../src/chat/chat-effect.ts";
import type { ChatEvent } from "../../../src/chat/chat-event.ts";
import { type ChatState, startChat } from "../../../src/chat/chat-state.ts";
import { parseChatArgs } from "../../../src/chat/parse-chat-args.ts";
import { stepChat } from "../../../src/chat/step-chat.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../../src/core/bytes.ts";

/** A chat under test: events in, effects collected. Nothing but the machine decides. */
export class DrivenChat {
  readonly config: ChatConfig;
  state: ChatState;
  effects: ChatEffect[] = [];
  now = 0;
  /** Bytes of the modem that were not taken. */
  line = "";

  constructor(words: readonly string[] | ChatConfig["script"], options: Omit<ChatConfig, "script"> = {}) {
    const script = "words" in words ? words : parseChatArgs(words);
    this.config = { script, ...options };
    this.state = startChat(this.config);
  }

  give(event: ChatEvent): ChatEffect[] {
    const step = stepChat(this.config, this.state, event);
    this.state = step.state;
    this.effects.push(...step.effects);
    return [...step.effects];
  }

  start(): this {
    this.give({ type: "start", now: this.now });
    return this.answer();
  }

  /** Answer writes and breaks at once, for as long as there are any. */
  answer(): this {
    while (this.state.sending?.waiting !== undefined) this.give({ type: "written", now: this.now });
    return this;
  }

  /** The modem sends; what may be taken is taken, in pieces of at most `chunk`. */
  receive(text: string, chunk = 1e9): this {
    this.line += text;
    while (this.line !== "" && this.state.readLimit > 0) {
      const bytes = bytesFromLatin1(this.line.slice(0, Math.min(chunk, this.state.readLimit)));
      this.line = this.line.slice(bytes.length);
      this.give({ type: "bytes", now: this.now, bytes });
      this.answer();
    }
    return this;
  }

  /** Time passes, deadlines come. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let { deadline } = this.state; deadline !== undefined && deadline <= end; { deadline } = this.state) {
      this.now = Math.max(this.now, deadline);
      this.give({ type: "deadline", now: this.now });
      this.answer();
      this.receive("");
    }
    this.now = end;
    return this;
  }

  get sent(): string {
    return this.effects.map((effect) => (effect.type === "write" ? latin1FromBytes(effect.bytes) : "")).join("");
  }

  get log(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "log" ? [effect.text] : []));
  }

  get stderr(): string {
    return this.effects.map((effect) => (effect.type === "stderr" ? effect.text : "")).join("");
  }

  /** Effects of one type. */
  of<T extends ChatEffect["type"]>(type: T): Extract<ChatEffect, { type: T }>[] {
    return this.effects.filter((effect): effect is Extract<ChatEffect, { type: T }> => effect.type === type);
  }
}
