import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunChatRequest } from "../../src/app/run-chat.ts";
import { loadPtyCalls, type PtyCalls } from "../chat-fuzz/pty-calls.ts";
import { ensureSystemPackages, PPP_NEEDS } from "../system-packages.ts";
import { askChat } from "./ask-chat.ts";
import { type Autopilot, type CorpusMode, type CorpusScript, dialByAutopilot } from "./dial-by-autopilot.ts";

/** What chat(8) did: the record of one script. */
interface Expected {
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly match: { readonly exit: number | null; readonly sent: string };
  readonly silent: { readonly exit: number | null; readonly sent: string };
}

type LoadFile = RunChatRequest["loadFile"];

export interface CorpusResult {
  readonly compared: number;
  /** Of what could not be compared, a line each. */
  readonly skipped: readonly string[];
  /** One line for each difference. */
  readonly differences: readonly string[];
}

/** chat's pause before a byte as measured, ms: 10 of usleep(3), and what the system takes. */
const MODES: Readonly<Record<string, CorpusMode>> = {
  strict: { strict: true, charDelayMs: 10.11 },
  "as pon dials": { strict: false, charDelayMs: 0 },
};

/** What the recorded runs had; the script decides the rest. */
const OPTIONS = ["-T", "5550100", "-U", "5550101"];
/** Scripts that chat(8) dials at once: it waits most of the time. */
const AT_ONCE = 16;

/** Dial each `chatscripts/*.chat` and `*.argv`, and compare with `expected/chatscripts/NAME.json` or with chat(8) itself. */
export async function checkChatScripts(folder: string): Promise<CorpusResult> {
  const names = readdirSync(join(folder, "chatscripts"))
    .filter((name) => /\.(chat|argv)$/.test(name))
    .sort();
  const differences: string[][] = [];
  let ptys: PtyCalls | undefined;
  const check = async (name: string): Promise<string[]> => {
    const record = join(folder, "expected/chatscripts", `${name}.json`);
    const path = join(folder, "chatscripts", name);
    if (existsSync(record)) {
      const expected: Expected = JSON.parse(readFileSync(record, "utf8"));
      return compare(readScript(path, name, expected), expected, noFile);
    }
    ptys ??= loadChat();
    const words = [
      ...OPTIONS,
      ...(name.endsWith(".chat") ? ["-f", path] : (JSON.parse(readFileSync(path, "utf8")) as string[])),
    ];
    const [match, silent] = await Promise.all([askChat(words, {}, "match", ptys), askChat(words, {}, "silent", ptys)]);
    const expected: Expected = { options: OPTIONS, env: {}, match, silent };
    return compare(readScript(path, name, expected), expected, thisMachines);
  };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < names.length; i = next++) differences[i] = await check(names[i] ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { compared: names.length, differences: differences.flat(), skipped: [] };
}

const noFile: LoadFile = () => Promise.resolve({ kind: "error", reason: "No such file or directory" });

/** At once: on a clock that moves by itself nobody waits for the disk. What went wrong is not compared. */
const thisMachines: LoadFile = async (path) => {
  try {
    return { kind: "content", bytes: readFileSync(Buffer.from(path, "latin1")) };
  } catch (error) {
    return { kind: "error", reason: (error as Error).message };
  }
};

function loadChat(): PtyCalls {
  ensureSystemPackages(PPP_NEEDS);
  return loadPtyCalls();
}

async function compare(script: CorpusScript, expected: Expected, loadFile: LoadFile): Promise<string[]> {
  const differences: string[] = [];
  for (const reply of ["match", "silent"] satisfies Autopilot[]) {
    const { exit, sent } = expected[reply];
    for (const [how, mode] of Object.entries(MODES)) {
      const ours = await dialByAutopilot(script, reply, mode, loadFile);
      if (ours.exit === exit && ours.sent === sent) continue;
      differences.push(
        `${script.name} (${reply}, ${how}): chat ${JSON.stringify({ exit, sent })}, ours ${JSON.stringify(ours)}`,
      );
    }
  }
  return differences;
}

function readScript(path: string, name: string, { options, env }: Expected): CorpusScript {
  const content = readFileSync(path);
  if (name.endsWith(".chat")) return { name, words: [...options, "-f", name], content, env };
  // JSON has characters, chat has bytes.
  const words = (JSON.parse(content.toString("utf8")) as string[]).map((word) => Buffer.from(word).toString("latin1"));
  return { name, words: [...options, ...words], content: undefined, env };
}
