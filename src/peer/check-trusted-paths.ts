import type { SourcePosition } from "../core/source-position.ts";
import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { isAtLeast } from "./option-index.ts";
import type { PeerReading } from "./peer-reading.ts";
import type { PeerSecrets } from "./peer-secrets.ts";
import { textFromWord } from "./word-text.ts";

/**
 * From 2.5.3 on pppd refuses files that somebody but root could have changed: every component of the real path of a peer,
 * a secrets file or a script must be root's, and neither its group nor others may write to it (pppd/utils.c).
 */
export function checkTrustedPaths(
  reading: PeerReading,
  plan: DialPlan,
  secrets: PeerSecrets,
  facts: Pick<MachineFacts, "components">,
): readonly Finding[] {
  if (!isAtLeast(reading.version, "2.5.3")) return [];
  const start = (file: string): SourcePosition => ({ file, line: 1, column: 1 });
  const peers = reading.options.flatMap((option) => {
    return option.name === "call"
      ? [
          {
            path: reading.files.find((file) => file.endsWith(`/${textFromWord(option.args[0] ?? "")}`)),
            position: option.argPositions[0] ?? option.position,
          },
        ]
      : [];
  });
  const used: readonly { readonly path: string | undefined; readonly position: SourcePosition }[] = [
    ...(reading.peer === undefined ? [] : [{ path: reading.path, position: start(reading.path) }]),
    ...peers,
    ...Object.values(secrets.files).map(({ path }) => ({ path, position: start(path) })),
    ...[...plan.hookScripts.values()].map(({ value, position }) => ({ path: textFromWord(value), position })),
  ];
  return used.flatMap(({ path, position }): readonly Finding[] => {
    const bad =
      path === undefined ? undefined : facts.components(path)?.find(({ uid, mode }) => uid !== 0 || mode & 0o022);
    if (path === undefined || bad === undefined) return [];
    const why = bad.uid === 0 ? "may be written to by others than root" : `belongs to user ${bad.uid}`;
    return [
      {
        code: "path.not-trusted",
        severity: "error",
        position,
        message: `pppd ${reading.version} refuses ${path}: ${bad.path} ${why}`,
        hint: bad.uid === 0 ? `chmod go-w ${bad.path}` : `chown root ${bad.path}`,
      },
    ];
  });
}
