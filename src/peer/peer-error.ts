import { FileSyntaxError, PppctlError } from "../core/errors.ts";
import type { PeerReading } from "./peer-reading.ts";

/** A peer that cannot be used at all. `lines` are what Debian's pon prints instead of the message, when it has a text of its own. */
export class PeerUnreadableError extends PppctlError {
  override readonly name = "PeerUnreadableError";
  readonly lines: readonly string[] | undefined;

  constructor(init: ConstructorParameters<typeof PppctlError>[0] & { readonly lines?: readonly string[] | undefined }) {
    super(init);
    this.lines = init.lines;
  }
}

/**
 * The first finding that stops a call, as an error: status 2, and 1 for a peer that is missing or unreadable.
 *
 * @param device `refuse` (default): a missing device stops the call too, as it stops pppd
 */
export function peerError(reading: PeerReading, device: "refuse" | "ignore" = "refuse"): PppctlError | undefined {
  const finding = reading.findings.find(
    ({ severity }) => severity === "error" || (severity === "device" && device === "refuse"),
  );
  if (finding === undefined) return undefined;
  const { code, exitCode, hint, lines, position } = finding;
  return finding.exitCode === 1 && !reading.files.includes(reading.path)
    ? new PeerUnreadableError({ code, message: finding.message, exitCode, hint, lines })
    : new FileSyntaxError({
        code,
        what: finding.message,
        ...position,
        exitCode,
        hint: hint ?? "correct it there; pppd(8) explains every option",
      });
}
