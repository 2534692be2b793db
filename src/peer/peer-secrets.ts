import type { SourcePosition } from "../core/source-position.ts";
import type { Finding } from "./finding.ts";
import { isAtLeast } from "./option-index.ts";
import type { FileRead, PeerOption, PeerReading, ReadFile } from "./peer-reading.ts";
import { findSecretLine, readSecretsFile, type SecretLine } from "./secrets-file.ts";
import { textFromWord, wordFromText } from "./word-text.ts";

/** Ways to prove who one is, each with a secrets file of its own; EAP uses chap's, and srp's where pppd is built with it. */
export type SecretKind = "pap" | "chap" | "srp";

/** Where pppd takes the secret from that it proves itself to the peer with. The secret is nowhere in here. */
export type SecretSource =
  | {
      /** The option `password`; it counts before every file. */
      readonly kind: "password";
      readonly position: SourcePosition;
      readonly empty: boolean;
    }
  | {
      /** `passwordfd`, `passprompt` and their like supply it when it is wanted. */
      readonly kind: "plugin";
      readonly plugin: string;
      readonly position: SourcePosition;
    }
  | {
      readonly kind: "line";
      readonly line: SecretLine;
      /** The line names a server and the peer file does not (`remotename`): it counts if the other end calls itself so. */
      readonly ifServerSaysSo: boolean;
    }
  | {
      readonly kind: "none";
      readonly file: string;
      /** `denied`: only root can tell. */
      readonly why: "no-line" | "no-file" | "denied";
    }
  | { readonly kind: "refused"; readonly position: SourcePosition };

/** A secrets file that was asked. */
export interface SecretsFile {
  readonly path: string;
  /** All that have a secret; undefined when the file cannot be read. */
  readonly lines: readonly SecretLine[] | undefined;
  /** It may be read by root only, and we are not. */
  readonly denied: boolean;
}

/** Who we are to the other end, and with what secret. Names are one character a byte. */
export interface PeerSecrets {
  /** The name that we prove: `user`, else `name`, else the host's. */
  readonly user: string;
  /** Undefined: the host's name. */
  readonly userPosition: SourcePosition | undefined;
  /** `name`, else the host's name: what the other end has to prove itself to. */
  readonly localName: string;
  /** `remotename` (which may be empty), or the host name in `LOCAL:REMOTE`. */
  readonly remoteName: string | undefined;
  /** It is `remotename`: it counts even against what the other end calls itself. */
  readonly remoteNameFixed: boolean;
  readonly sources: Readonly<Record<SecretKind, SecretSource>>;
  readonly files: Readonly<Record<SecretKind, SecretsFile>>;
  readonly findings: readonly Finding[];
}

/** What the lookup needs of the world. */
export interface SecretsWorld {
  readonly read: ReadFile;
  /** gethostname(2). */
  readonly hostName: string;
  /** Default `/etc/ppp`. */
  readonly etcPpp?: string;
}

/** Plugins of pppd that supply the secret (pap_passwd_hook, chap_passwd_hook). */
const passwordPlugins = /(^|\/)(passwordfd|passprompt)(\.so)?$/;
const refusals: Readonly<Record<SecretKind, readonly string[]>> = {
  pap: ["refuse-pap"],
  chap: ["refuse-chap", "refuse-mschap", "refuse-mschap-v2"],
  srp: ["refuse-eap"],
};

/** Which secret would this peer's call use: pppd/auth.c get_pap_passwd, get_secret, get_srp_secret, link_established. */
export function findPeerSecrets(reading: PeerReading, world: SecretsWorld): PeerSecrets {
  const find = (name: string): PeerOption | undefined =>
    reading.options.findLast((option) => option.effective && option.name === name);
  const localName = nameOurselves(find, world.hostName);
  const userOption = find("user");
  const remote = nameOtherEnd(reading, find);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const onFinding = (finding: Finding): void => {
    const key = `${finding.position.file}:${finding.position.line}`;
    if (!seen.has(key)) findings.push(finding);
    seen.add(key);
  };
  const user = userOption?.args[0] ?? localName;
  const etcPpp = world.etcPpp ?? "/etc/ppp";
  const sources = {} as Record<SecretKind, SecretSource>;
  const files = {} as Record<SecretKind, SecretsFile>;
  for (const kind of ["pap", "chap", "srp"] as const) {
    const named = isAtLeast(reading.version, "2.5.1") ? find(`${kind}-secrets`)?.args[0] : undefined;
    const path = named === undefined ? `${etcPpp}/${kind}-secrets` : textFromWord(named);
    const content = world.read(path);
    const lines = content.kind === "file" ? readSecretsFile(content.bytes, path) : undefined;
    files[kind] = { path, lines, denied: content.kind === "denied" };
    // PAP's server does not say who it is; the others ask by name, which only `remotename` overrules.
    const server = kind === "pap" ? remote.name || undefined : remote.fixed ? remote.name : undefined;
    const chosen = chooseWithoutFile(kind, find, reading);
    const line = chosen === undefined && findSecretLine(lines ?? [], { client: user, server }, world.read, onFinding);
    sources[kind] =
      chosen ??
      (line
        ? { kind: "line", line, ifServerSaysSo: kind !== "pap" && server === undefined && line.server !== "*" }
        : { kind: "none", file: path, why: whyNone(content) });
  }
  return {
    user,
    userPosition: (userOption ?? find("name"))?.position,
    localName,
    remoteName: remote.name,
    remoteNameFixed: remote.fixed,
    sources,
    files,
    findings,
  };
}

function whyNone(content: FileRead): "no-line" | "no-file" | "denied" {
  return content.kind === "file" ? "no-line" : content.kind === "denied" ? "denied" : "no-file";
}

/** `name`, else the host's with `domain`; `usehostname` leaves no choice (pppd/auth.c auth_check_options). */
function nameOurselves(find: (name: string) => PeerOption | undefined, hostName: string): string {
  const domain = find("domain")?.args[0] ?? "";
  const host = wordFromText(hostName) + (domain === "" || domain.startsWith(".") ? domain : `.${domain}`);
  const name = find("name")?.args[0] ?? "";
  return name === "" || find("usehostname") !== undefined ? host : name;
}

function nameOtherEnd(
  reading: PeerReading,
  find: (name: string) => PeerOption | undefined,
): { readonly name: string | undefined; readonly fixed: boolean } {
  const fixed = find("remotename");
  if (fixed !== undefined) return { name: fixed.args[0] ?? "", fixed: true };
  // The first host name stays (pppd/options.c setipaddr).
  const names = reading.options
    .filter(({ kind }) => kind === "addresses")
    .map(({ args }) => /:(.*[A-Za-z].*)$/s.exec(args[0] ?? "")?.[1])
    .filter((name) => name !== undefined && !/^0x[0-9a-f.x]*$/i.test(name));
  return { name: names[0], fixed: false };
}

function chooseWithoutFile(
  kind: SecretKind,
  find: (name: string) => PeerOption | undefined,
  reading: PeerReading,
): SecretSource | undefined {
  const refused = refusals[kind].map(find);
  if (refused[0] !== undefined && refused.every((option) => option !== undefined)) {
    return { kind: "refused", position: refused[0].position };
  }
  const password = find("password");
  if (password !== undefined && (password.args[0] !== "" || kind === "pap")) {
    return { kind: "password", position: password.position, empty: password.args[0] === "" };
  }
  const plugin = reading.options.find(({ name, args }) => name === "plugin" && passwordPlugins.test(args[0] ?? ""));
  if (plugin === undefined || kind === "srp") return undefined;
  return { kind: "plugin", plugin: plugin.args[0] ?? "", position: plugin.position };
}
