import { bytesFromLatin1 } from "../core/bytes.ts";
import type { Finding } from "../core/finding.ts";

export type { Finding };

/** A finding in `--json`: stable, documented in docs/json.md. */
export interface FindingJson {
  readonly severity: Finding["severity"];
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix?: string;
  readonly pppd?: string;
}

/** The finding as `--json` prints it. */
export function findingJson(finding: Finding): FindingJson {
  const { severity, code, position, message, hint, pppd } = finding;
  const { file, line, column } = position;
  return {
    severity,
    code,
    file,
    line,
    column,
    message,
    ...(hint === undefined ? {} : { fix: hint }),
    ...(pppd === undefined ? {} : { pppd: textOfPppd(pppd) }),
  };
}

/** The finding for people: `FILE:LINE:COLUMN: error: what`, then pppd's own words and the fix, each on a line of its own. */
export function describeFinding(finding: Finding): string {
  const { position, severity, message, hint, pppd } = finding;
  const lines = [`${position.file}:${position.line}:${position.column}: ${severity}: ${message}`];
  if (pppd !== undefined) lines.push(`  pppd says: ${textOfPppd(pppd)}`);
  if (hint !== undefined) lines.push(`  fix: ${hint}`);
  return lines.map((line) => `${escapeControls(line)}\n`).join("");
}

/** Text of a user's file on one line of a terminal, whose controls it does not get at: `\n`, `\x1b`. */
export function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => {
    return char === "\n" ? "\\n" : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** It quotes words of files, which are bytes, beside paths, which are text. */
function textOfPppd(said: string): string {
  if (!/^[\0-\xff]*$/.test(said)) return said;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytesFromLatin1(said));
  } catch {
    return said;
  }
}
