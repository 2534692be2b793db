import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { maskOption } from "./mask-option.ts";
import type { PeerReading } from "./peer-reading.ts";
import type { PeerSecrets } from "./peer-secrets.ts";

const readableByOthers = 0o004;
const accessibleByGroup = 0o070;

/** Secrets that other users of the machine may read: in the secrets files, and in the option files themselves. */
export function checkExposure(
  reading: PeerReading,
  secrets: PeerSecrets,
  facts: Pick<MachineFacts, "stat">,
): readonly Finding[] {
  const found: Finding[] = [];
  const indirect = Object.values(secrets.sources).flatMap((source) =>
    source.kind === "line" && source.line.secret.file !== undefined ? [source.line.secret.file] : [],
  );
  for (const path of new Set([...Object.values(secrets.files).map((file) => file.path), ...indirect])) {
    const mode = facts.stat(path)?.mode ?? 0;
    if ((mode & (accessibleByGroup | 0o007)) === 0) continue;
    const everybody = (mode & 0o007) !== 0;
    found.push({
      code: "secrets.readable",
      severity: everybody ? "warning" : "info",
      position: { file: path, line: 1, column: 1 },
      message: `${everybody ? "every user of this machine" : "a group"} has access to the secrets in ${path}`,
      hint: `chmod 600 ${path}`,
      pppd: `Warning - secret file ${path} has world and/or group access`,
    });
  }
  for (const option of reading.options) {
    const { file } = option.position;
    if (!option.effective || !hasSecret(option) || ((facts.stat(file)?.mode ?? 0) & readableByOthers) === 0) continue;
    found.push({
      code: "peer.password-readable",
      severity: "warning",
      position: option.position,
      message: `every user of this machine may read ${file}, and there is a secret in ${option.word}`,
      hint:
        option.name === "password"
          ? "write it into /etc/ppp/pap-secrets and chap-secrets instead, or chmod 640 this file"
          : `chmod 640 ${file}, and chown it to root:dip`,
    });
  }
  return found;
}

function hasSecret(option: PeerReading["options"][number]): boolean {
  return maskOption(option).args.some((shown, i) => shown !== option.args[i]);
}
