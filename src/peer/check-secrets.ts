import { findNearestNames } from "../core/nearest-names.ts";
import type { Finding } from "./finding.ts";
import type { PeerReading } from "./peer-reading.ts";
import type { PeerSecrets, SecretKind } from "./peer-secrets.ts";
import type { SecretLine } from "./secrets-file.ts";
import { textFromWord } from "./word-text.ts";

/**
 * Will there be a secret for the name that this peer logs in with? Nothing is said of a peer that names nobody (a null
 * modem, a login by the chat script), nor where only root can tell.
 */
export function checkSecrets(reading: PeerReading, secrets: PeerSecrets): readonly Finding[] {
  const { userPosition, sources, files, user } = secrets;
  if (userPosition === undefined) return [];
  const kinds = (["pap", "chap"] as const).filter((kind) => sources[kind].kind !== "refused");
  if (kinds.length === 0) return [];
  const shown = textFromWord(user);
  if (kinds.some((kind) => files[kind].denied)) {
    return [
      {
        code: "secrets.root-only",
        severity: "info",
        position: userPosition,
        message: `only root can tell whether there is a secret for ${shown}`,
        hint: "check as root, too",
      },
    ];
  }
  const found: Finding[] = [];
  if (!kinds.some((kind) => isUsable(secrets, kind))) {
    const lines = kinds.flatMap((kind) => files[kind].lines ?? []);
    const paths = kinds.map((kind) => files[kind].path).join(" or ");
    const other = lines.find(({ client, server }) => client === user && server !== "*");
    if (other !== undefined) return [...found, describeOtherServer(other, secrets)];
    const known = lines.map(({ client }) => textFromWord(client)).filter((client) => client !== "*");
    const near = findNearestNames(shown, new Set(known)).filter((name) => name !== shown);
    return [
      {
        code: "secrets.none",
        severity: "warning",
        position: userPosition,
        message: `there is no secret for ${shown} in ${paths}`,
        hint:
          near.length > 0
            ? `did you mean ${near.join(" or ")}, which has one?`
            : `add the line ${quote(shown)} * PASSWORD to ${paths}, unless ${reading.peer ?? "the other end"} asks for none`,
      },
    ];
  }
  const chap = sources.chap;
  const others = files.chap.lines?.some(({ client, server }) => client === user && server === "*") === true;
  if (chap.kind === "line" && chap.ifServerSaysSo && chap.line.client !== "*" && !others) {
    found.push(describeOtherServer(chap.line, secrets));
  }
  return found;
}

/** A line for everybody with an empty secret, as in Debian's pap-secrets for calls that come in, is none. */
function isUsable({ sources }: PeerSecrets, kind: SecretKind): boolean {
  const source = sources[kind];
  if (source.kind === "line") return !(source.line.client === "*" && source.line.secret.empty);
  return source.kind === "password" || source.kind === "plugin";
}

function describeOtherServer(
  { position, server }: SecretLine,
  { user, remoteName, remoteNameFixed }: PeerSecrets,
): Finding {
  const name = textFromWord(server);
  const fixed = remoteNameFixed && remoteName !== undefined ? textFromWord(remoteName) : undefined;
  return {
    code: "secrets.other-server",
    severity: "warning",
    position,
    message:
      fixed === undefined
        ? `this secret of ${textFromWord(user)} counts only if the other end calls itself '${name}'`
        : `this secret of ${textFromWord(user)} is for '${name}', and the peer's remotename is '${fixed}'`,
    hint: `write * in place of ${quote(name)}, or remotename ${quote(name)} into the peer file`,
  };
}

function quote(name: string): string {
  return /^[\w.@*+-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;
}
