import { ExitCode } from "../core/exit-codes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import type { FileRead, PeerFinding } from "./peer-reading.ts";

type Unreadable = Exclude<FileRead, { readonly kind: "file" }>;

const unreadable: Readonly<Record<Unreadable["kind"], { code: string; what: string; errno: string }>> = {
  missing: { code: "peer.missing", what: "does not exist", errno: "No such file or directory" },
  denied: { code: "peer.denied", what: "may not be read by you", errno: "Permission denied" },
  directory: { code: "peer.directory", what: "is a directory", errno: "Is a directory" },
  "not-a-file": { code: "peer.not-a-file", what: "is not a regular file", errno: "Invalid argument" },
  "too-large": { code: "peer.too-large", what: "is too large for an option file", errno: "File too large" },
};

/** A file that another one names. A directory ends pppd with status 1 (getword's die(1)), the rest with 2. */
export function describeUnreadable(content: Unreadable, file: string, position: SourcePosition): PeerFinding {
  const { code, what, errno } = unreadable[content.kind];
  const directory = content.kind === "directory";
  return {
    code,
    severity: "error",
    position,
    message: `${file} ${what}${content.detail === undefined ? "" : ` (${content.detail})`}`,
    hint: "correct the path or create the file",
    pppd: directory ? `Error reading ${file}: ${errno}` : `Can't open options file ${file}: ${errno}`,
    exitCode: directory ? ExitCode.fatal : ExitCode.options,
  };
}

/** The peer itself: Debian's pon has texts of its own, and status 1. */
export function describeUnreadablePeer(
  content: Unreadable,
  path: string,
  peersDir: string,
  named: boolean,
): PeerFinding {
  const finding = describeUnreadable(content, path, { file: path, line: 1, column: 1 });
  const lines =
    !named || (content.kind !== "missing" && content.kind !== "denied")
      ? undefined
      : content.kind === "missing"
        ? [
            `The file ${path} does not exist. Please create it or use`,
            `a command line argument to use another file in the ${peersDir}/ directory.`,
          ]
        : ["Error: only members of the 'dip' group can use this command."];
  const hint =
    content.kind === "missing"
      ? `create ${path}, or name another file below ${peersDir}/`
      : content.kind === "denied"
        ? "become a member of the group dip, or call as root"
        : "name a peer file with pppd options";
  return { ...finding, hint, exitCode: ExitCode.fatal, ...(lines === undefined ? {} : { lines }) };
}
