import { visibleText } from "../chat/visible-text.ts";
import type { ChatProgress } from "./run-chat.ts";

/**
 * An event of a chat for `--json`, under `event`; received text with control bytes as `^A`. Nothing hidden is in it, so
 * there is none of what -e and -V echo byte by byte: `received` has the lines.
 */
export function chatEventJson(event: ChatProgress): Readonly<Record<string, unknown>> | undefined {
  if (event.type === "stderr" && event.echo === true) return undefined;
  const { type, ...details } = event;
  const position = "position" in event ? { position: formatPosition(event.position) } : {};
  const text = "text" in event ? { text: visibleText(event.text) } : {};
  const line = "line" in event ? { line: visibleText(event.line) } : {};
  return { event: type, ...details, ...text, ...line, ...position };
}

function formatPosition({ file, line, column }: { file: string; line: number; column: number }): string {
  return `${file}:${line}:${column}`;
}
