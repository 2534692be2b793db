import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { chooseVersion } from "../../src/peer/option-index.ts";
import type { PppdVersion } from "../../src/peer/peer-reading.ts";
import type { PppdResult } from "../unit/peer/compare-with-pppd.ts";

/** One call of pppd, and the files that it finds. All text is one character a byte. */
export interface PppdQuestion {
  /** pppd's words; what makes it print its options and end comes after them. */
  readonly words: readonly string[];
  /** By path: below /etc/ppp/, or `~/.ppprc`. /etc/ppp/options is there also when it is not named. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Called by root (default), or by a member of the group dip. */
  readonly root?: boolean;
}

/** What the real pppd made of it. */
export interface PppdAnswer extends PppdResult {
  readonly messages: readonly string[];
  readonly options: readonly (readonly [string, string])[];
}

let installed: { readonly version: PppdVersion; readonly plugins: ReadonlySet<string> } | undefined;

/** The release whose rules the installed pppd has, and the plugins that it can load. */
export function installedPppd(): NonNullable<typeof installed> {
  if (installed === undefined) {
    const { stdout, stderr } = spawnSync("/usr/sbin/pppd", ["--version"], { encoding: "latin1" });
    const [text = ""] = /\d+\.\d+\.\d+/.exec(stdout + stderr) ?? [];
    installed = { version: chooseVersion(text), plugins: new Set(readdirSync(`/usr/lib/pppd/${text}`)) };
  }
  return installed;
}

/** They make pppd print its options and end; the reader needs them too, for it is one command line. */
export const oracleWords: readonly string[] = ["dryrun", "nodetach", "logfd", "2"];

/**
 * Before pppd prints its options (`dryrun`) it opens /dev/ppp and asks nothing of it: /dev/null will do where the
 * kernel has no PPP. It sleeps for a second as it ends, so that many run at once, each with an /etc/ppp and a home
 * directory of its own. The mounts are the shell's own; an empty network keeps names from being resolved.
 */
const script = `
set -eu
work=$1
count=$2
mkdir "$work/dev"
mount -t tmpfs -o mode=755 tmpfs "$work/dev"
mknod "$work/dev/null" c 1 3
mknod "$work/dev/tty" c 5 0
shift 2
for name; do
  mkdir -p "$(dirname "$work/dev/$name")"
  mknod -m 666 "$work/dev/$name" c 4 64
done
ln -s null "$work/dev/ppp"
chmod 666 "$work/dev/null" "$work/dev/tty"
mount --bind "$work/dev" /dev
mount -t tmpfs -o mode=755 tmpfs /run
chmod 755 "$work"
i=0
while [ $i -lt $count ]; do
  (
    status=0
    unshare --mount sh "$work/$i/run" </dev/null >$work/$i.out 2>$work/$i.err || status=$?
    echo $status >$work/$i.status
  ) &
  i=$((i + 1))
  test $((i % 200)) -ne 0 || wait
done
wait`;

/** Have the installed pppd answer each. Throws, with the reason, where root, unshare(1) or pppd is missing. */
export function askPppd(questions: readonly PppdQuestion[], devices: readonly string[]): readonly PppdAnswer[] {
  if (!existsSync("/usr/sbin/pppd")) throw new Error("this test needs pppd: install the package ppp");
  const work = mkdtempSync(join(tmpdir(), "pppctl-oracle-"));
  try {
    for (const [i, question] of questions.entries()) prepareQuestion(join(work, String(i)), question);
    const { status, error, stderr } = spawnSync(
      "unshare",
      ["--mount", "--net", "sh", "-c", script, "sh", work, String(questions.length), ...devices],
      { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/nonexistent" } },
    );
    if (status !== 0) {
      throw new Error(
        `this test needs root and mounts of its own (unshare --mount --net): ${error?.message ?? stderr}`,
      );
    }
    return questions.map((_, i) => {
      const read = (name: string): string => readFileSync(join(work, `${i}.${name}`), "latin1");
      return parseAnswer(Number(read("status")), read("err") + read("out"));
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Debian's user of a member of dip who has a home directory; nobody has none. */
const user = { name: "mail", home: "/var/mail" };

function prepareQuestion(directory: string, { words, files, root = true }: PppdQuestion): void {
  const home = root ? "/root" : user.home;
  mkdirSync(join(directory, "home"), { recursive: true });
  for (const [path, content] of Object.entries({ "/etc/ppp/options": "", ...files })) {
    const target = join(directory, path.replace(/^\/etc\/ppp\//, "etc/").replace(/^~\//, "home/"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, typeof content === "string" ? bytesFromLatin1(content) : content);
  }
  const become = root ? "" : `setpriv --reuid=${user.name} --regid=dip --clear-groups `;
  const quoted = [...words, ...oracleWords].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeFileSync(
    join(directory, "run"),
    bytesFromLatin1(
      `mount --bind ${directory}/etc /etc/ppp && mount --bind ${directory}/home ${home} && exec ${become}pppd ${quoted}\n`,
    ),
  );
}

/** What plugins say when they are loaded. */
const noise =
  /^(IPX support is not|ipv6cp: no persistent|Plugin \S+ loaded|plugin_init|\S+( Realms)? plugin initialized|PPPo\w+ plugin|deflate option value of 8 changed|Warning - secret file).*\n/gm;

function parseAnswer(status: number, said: string): PppdAnswer {
  const heading = "pppd options in effect:\n";
  const at = said.indexOf(heading);
  // A word that it quotes may have lines.
  const before = (at < 0 ? said : said.slice(0, at)).replace(noise, "");
  const messages = before
    .replace(/^(?:pppd version |ppp v2)[\s\S]*/m, "") // usage, after an error on the command line
    .replace(/^(?=calling number )/m, "pppd: ") // its log says it
    .split(/^pppd: /m)
    .slice(1);
  const dump = status === 0 && at >= 0 ? said.slice(at + heading.length) : "";
  const rows = [...dump.matchAll(/(.*?)\t\t# \(from ([^\n]*)\)\n/gs)].map(
    ([, text = "", source = ""]) => [text === `name ${hostname()}` ? "name <host name>" : text, source] as const,
  );
  return {
    status,
    messages: messages.map((message) => message.replace(/\n+$/, "")),
    // The three that make it print and end are ours.
    options: rows.filter(([text, source]) => source !== "command line" || !/^(nodetach|logfd 2|dryrun)$/.test(text)),
  };
}
