import { latin1FromBytes } from "../core/bytes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import type { Finding } from "./finding.ts";
import type { ReadFile } from "./peer-reading.ts";
import { textFromWord } from "./word-text.ts";
import { readWords, type Word } from "./words.ts";

/** One line of a secrets file. Its secret is not in here: what is never kept is never printed. */
export interface SecretLine {
  /** Of the line's first word. */
  readonly position: SourcePosition;
  /** One character a byte; `*` is anybody. */
  readonly client: string;
  readonly server: string;
  readonly secret: {
    readonly position: SourcePosition;
    /** Of `@/file`: where the secret is read from, when it is wanted. */
    readonly file?: string;
    /** It is `""`. */
    readonly empty: boolean;
    /** pppd/pppd.h MAXSECRETLEN, 256 bytes, is exceeded: pppd cuts it. */
    readonly tooLong: boolean;
  };
  /** The addresses that the client may have, as written: `*`, `10.0.0.1`, `10.0.0.0/8`, `!…`, `-`. */
  readonly addresses: readonly string[];
  /** One of them may be used (pppd/auth.c some_ip_ok); without any, none may. */
  readonly allowsAddress: boolean;
  /** Words after `--`. */
  readonly options: readonly string[];
}

/** Whose secret is wanted; an absent name is not known yet and matches all. One character a byte. */
export interface SecretQuery {
  readonly client?: string | undefined;
  readonly server?: string | undefined;
}

const maxSecretBytes = 256;

/** Every line of a secrets file that has a secret; words and lines as pppd reads them (pppd/options.c getword). */
export function readSecretsFile(bytes: Uint8Array, file: string): readonly SecretLine[] {
  const lines: Word[][] = [];
  for (const word of readWords(latin1FromBytes(bytes), file)) {
    if (word.startsLine === true || lines.length === 0) lines.push([word]);
    else lines.at(-1)?.push(word);
  }
  return lines.flatMap(([client, server, secret, ...rest]) => {
    if (client === undefined || server === undefined || secret === undefined) return [];
    const words = rest.map(({ text }) => text);
    const end = words.indexOf("--");
    const addresses = end < 0 ? words : words.slice(0, end);
    const allowed = addresses.find((address) => !address.startsWith("!"));
    return [
      {
        position: client.position,
        client: client.text,
        server: server.text,
        secret: {
          position: secret.position,
          ...(secret.text.startsWith("@/") ? { file: textFromWord(secret.text.slice(1)) } : {}),
          empty: secret.text === "",
          tooLong: secret.text.length > maxSecretBytes,
        },
        addresses,
        allowsAddress: allowed !== undefined && !allowed.startsWith("-"),
        options: end < 0 ? [] : words.slice(end + 1),
      },
    ];
  });
}

/**
 * The line that pppd would use (pppd/auth.c scan_authfile): a client by name counts more than a server by name, that
 * more than two `*`, and the first of equals wins.
 *
 * @param read absent: only whether there is a line is asked, as pppd does before a call; the file of `@/file` is not read
 * @param onFinding hears of an `@/file` that cannot be read: pppd passes such a line over
 */
export function findSecretLine(
  lines: readonly SecretLine[],
  query: SecretQuery,
  read?: ReadFile,
  onFinding: (finding: Finding) => void = () => undefined,
): SecretLine | undefined {
  let best: SecretLine | undefined;
  let bestRank = -1;
  for (const line of lines) {
    const { client, server } = line;
    if (query.client !== undefined && client !== "*" && client !== query.client) continue;
    if (query.server !== undefined && server !== "*" && server !== query.server) continue;
    const rank = (client === "*" ? 0 : 2) + (server === "*" ? 0 : 1);
    if (rank <= bestRank) continue;
    const found = read === undefined ? line : followSecretFile(line, read, onFinding);
    if (found === undefined) continue;
    best = found;
    bestRank = rank;
  }
  return best;
}

/** The line with what its `@/file` says, which is the file's first word; undefined when it has none. */
function followSecretFile(
  line: SecretLine,
  read: ReadFile,
  onFinding: (finding: Finding) => void,
): SecretLine | undefined {
  const { file, position } = line.secret;
  if (file === undefined) return line;
  const content = read(file);
  const word = content.kind === "file" ? readWords(latin1FromBytes(content.bytes), file).next().value : undefined;
  if (word === undefined) {
    const opened = content.kind === "file" || content.kind === "directory";
    onFinding({
      code: "secrets.indirect-file",
      severity: "warning",
      position,
      message: opened ? `there is no secret in ${file}` : `the secret's file ${file} cannot be read`,
      hint: "write the secret into that file, or correct its path; pppd passes this line over",
      pppd: `${opened ? "no secret in" : "can't open"} indirect secret file ${file}`,
    });
    return undefined;
  }
  const secret = { position, file, empty: word.text === "", tooLong: word.text.length > maxSecretBytes };
  return { ...line, secret };
}
