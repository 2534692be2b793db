import { type RunChatRequest, runChat } from "../../src/app/run-chat.ts";
import { parseChatArgs } from "../../src/chat/parse-chat-args.ts";
import { parseChatCommand } from "../../src/chat/parse-chat-command.ts";
import { parseChatFile } from "../../src/chat/parse-chat-file.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { ManualClock } from "../../test/app/manual-clock.ts";
import { ScriptedLine } from "../../test/app/scripted-line.ts";

/** What answers: each expect gets its own text on a line, or nothing at all. */
export type Autopilot = "match" | "silent";

export interface CorpusScript {
  readonly name: string;
  /** chat's options; for a script of words, the words stand behind them. */
  readonly words: readonly string[];
  /** The file's content; undefined: the words are the script. */
  readonly content: Uint8Array | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** `exit` is null where the autopilot's time was over first. */
export interface CorpusRun {
  readonly exit: number | null;
  readonly sent: string;
}

/** Who recorded what chat did stopped it then, milliseconds. */
export const LIMIT_MS = 20_000;
/** From an expect to its answer, milliseconds. */
export const ANSWER_MS = 30;

/** How our engine dials: as chat(8) does to the pause of 10 ms before each byte, or as pon does. */
export type CorpusMode = { readonly strict: boolean; readonly charDelayMs: number };

/** Dial a script by our engine, on a clock of its own: it takes no time. */
export async function dialByAutopilot(
  script: CorpusScript,
  reply: Autopilot,
  mode: CorpusMode,
  loadFile: RunChatRequest["loadFile"],
): Promise<CorpusRun> {
  const clock = new ManualClock(1000);
  const line = new ScriptedLine();
  const over = new AbortController();
  const done = new AbortController();
  const quietly = () => undefined;
  let parsed: ReturnType<typeof parseChatArgs>;
  let options: ReturnType<typeof parseChatCommand>["options"];
  try {
    const command = parseChatCommand(["-v", ...script.words]);
    options = command.options;
    parsed =
      script.content === undefined ? parseChatArgs(command.words) : parseChatFile(script.content, script.name, mode);
  } catch (error) {
    if (error instanceof PppctlError) return { exit: error.exitCode, sent: "" };
    throw error;
  }
  const answer = async (text: string): Promise<void> => {
    await clock.sleep(ANSWER_MS, done.signal);
    line.receive(`\r\n${text}\r\n`);
  };
  clock.sleep(LIMIT_MS, done.signal).then(() => over.abort("SIGKILL"), quietly);
  const running = runChat({
    config: { ...options, ...mode, script: parsed, env: options.useEnv ? script.env : undefined },
    transport: line,
    clock,
    loadFile,
    signal: over.signal,
    onEvent: (event) => {
      const [, expected = ""] = (event.type === "log" && /^expect \((.*)\)$/s.exec(event.text)) || [];
      if (expected !== "" && reply === "match") answer(readVisible(expected)).catch(quietly);
    },
  }).finally(() => done.abort());
  const outcome = await clock.runUntil(running);
  return { exit: over.signal.aborted ? null : outcome.exitStatus, sent: line.sent };
}

/** The bytes of a text as chat's log shows it: `^M`, `M-d`. */
export function readVisible(text: string): string {
  return text.replaceAll(/(M-)?(?:\^(.)|(.))/gs, (_, high: string | undefined, control?: string, plain?: string) => {
    const code = control === undefined ? (plain ?? "").charCodeAt(0) : control.charCodeAt(0) ^ 0x40;
    return String.fromCharCode(high === undefined ? code : code | 0x80);
  });
}
