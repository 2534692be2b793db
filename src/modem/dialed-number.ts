import { parseAtLine } from "./at-line.ts";

/**
 * The number in a dial command as sent (`ATDT8765432`, `ATX3DP0,8765432`, `ATD*99***1#`), as
 * the user wrote it less the letter for tone or pulse. Undefined when the text dials nothing.
 */
export function readDialedNumber(sent: string): string | undefined {
  const line = /^\s*AT(.*)/is.exec(sent)?.[1];
  const dial = line === undefined ? undefined : parseAtLine(line).find((command) => command.type === "dial");
  const number = dial?.text.replace(/^[TPtp]/, "").trim();
  return number === undefined || number === "" ? undefined : number;
}
