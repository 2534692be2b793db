import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Autopilot, type CorpusMode, type CorpusScript, dialByAutopilot } from "./dial-by-autopilot.ts";

/** What chat(8) did: the record of one script. */
interface Expected {
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly match: { readonly exit: number | null; readonly sent: string };
  readonly silent: { readonly exit: number | null; readonly sent: string };
}

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

/** Dial each `chatscripts/*.chat` and `*.argv` and compare with `expected/chatscripts/NAME.json`. */
export async function checkChatScripts(folder: string): Promise<CorpusResult> {
  const differences: string[] = [];
  let compared = 0;
  const names = readdirSync(join(folder, "chatscripts")).filter((name) => /\.(chat|argv)$/.test(name));
  for (const name of names.sort()) {
    const record = join(folder, "expected/chatscripts", `${name}.json`);
    if (!existsSync(record)) {
      differences.push(`${name}: there is no record of what chat does (${record})`);
      continue;
    }
    const expected: Expected = JSON.parse(readFileSync(record, "utf8"));
    const script = readScript(join(folder, "chatscripts", name), name, expected);
    compared++;
    for (const reply of ["match", "silent"] satisfies Autopilot[]) {
      const { exit, sent } = expected[reply];
      for (const [how, mode] of Object.entries(MODES)) {
        const ours = await dialByAutopilot(script, reply, mode);
        if (ours.exit === exit && ours.sent === sent) continue;
        differences.push(
          `${name} (${reply}, ${how}): chat ${JSON.stringify({ exit, sent })}, ours ${JSON.stringify(ours)}`,
        );
      }
    }
  }
  return { compared, differences, skipped: [] };
}

function readScript(path: string, name: string, { options, env }: Expected): CorpusScript {
  const content = readFileSync(path);
  if (name.endsWith(".chat")) return { name, words: [...options, "-f", name], content, env };
  // JSON has characters, chat has bytes.
  const words = (JSON.parse(content.toString("utf8")) as string[]).map((word) => Buffer.from(word).toString("latin1"));
  return { name, words: [...options, ...words], content: undefined, env };
}
