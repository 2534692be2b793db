import { existsSync, readFileSync } from "node:fs";
import type { Condition } from "../vm/guest-protocol.ts";
import { AgentError } from "./agent-error.ts";
import { listProcesses } from "./list-processes.ts";

const POLL_MS = 15;

/** Looks every 15 ms until `look` gives something; throws AgentError `timeout` with what `describe` says. */
export async function waitUntil<T>(look: () => T | undefined, timeoutMs: number, describe: () => string): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() >= deadline) throw new AgentError(`not within ${timeoutMs} ms: ${describe()}`, "timeout");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Whether a condition holds now. */
export function isMet(condition: Condition): boolean {
  if ("file" in condition) {
    if (condition.matches === undefined) return existsSync(condition.file);
    return new RegExp(condition.matches, "m").test(readText(condition.file));
  }
  if ("noFile" in condition) return !existsSync(condition.noFile);
  if ("gone" in condition) return !existsSync(`/proc/${condition.gone}`);
  if ("process" in condition) return findProcesses(condition.process).length > 0;
  return findProcesses(condition.noProcess).length === 0 && !isOneEnding(condition.noProcess);
}

/** A condition that did not come true, with what is there instead. */
export function describeCondition(condition: Condition): string {
  if ("file" in condition && condition.matches !== undefined) {
    return `${condition.file} matches /${condition.matches}/m; it holds:\n${readText(condition.file).slice(-2_000)}`;
  }
  if ("process" in condition || "noProcess" in condition) {
    const all = listProcesses().map(({ pid, argv, name }) => `${pid} ${argv.join(" ") || name}`);
    return `${JSON.stringify(condition)}; the processes:\n${all.join("\n")}`;
  }
  return JSON.stringify(condition);
}

function findProcesses(pattern: string): readonly unknown[] {
  const expression = new RegExp(pattern, "m");
  return listProcesses().filter(({ argv, name }) => expression.test(argv.length > 0 ? argv.join(" ") : name));
}

/** A process that ends has lost its command line already, and keeps its name until it is reaped. */
function isOneEnding(pattern: string): boolean {
  const words = pattern.split(" ");
  return listProcesses().some(({ argv, name }) => argv.length === 0 && words.includes(name));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
