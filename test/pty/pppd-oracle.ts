import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** What the real pppd made of one option file. */
export interface PppdAnswer {
  /** Its exit status; above 128: 128 and the signal. */
  readonly status: number;
  /** What it said of the file, without `pppd: `. */
  readonly messages: readonly string[];
  /** Its dump, `[text, source]` an option; empty unless the status is 0. */
  readonly options: readonly (readonly [string, string])[];
}

/** Where the file of this index stands when pppd reads it. */
export const oraclePath = (index: number): string => `/etc/ppp/x/${index}`;

/** Words that follow the file on pppd's command line. */
export const oracleWords: readonly string[] = ["ttyS7", "dryrun", "nodetach", "logfd", "2"];

/**
 * Before pppd prints its options (`dryrun`) it opens /dev/ppp and asks nothing of it: /dev/null will do where the
 * kernel has no PPP. It sleeps for a second as it ends, so that many run at once. The mounts are the shell's own; an empty network keeps names from being resolved.
 */
const script = `
set -eu
work=$1
count=$2
mkdir "$work/dev"
mount -t tmpfs -o mode=755 tmpfs "$work/dev"
mknod "$work/dev/null" c 1 3
mknod "$work/dev/tty" c 5 0
mknod "$work/dev/ttyS0" c 4 64
mknod "$work/dev/ttyS7" c 4 64
ln -s null "$work/dev/ppp"
mount --bind "$work/dev" /dev
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /etc/ppp
mkdir /etc/ppp/x
: >/etc/ppp/options
cp "$work"/files/* /etc/ppp/x
i=0
while [ $i -lt $count ]; do
  (
    status=0
    pppd file /etc/ppp/x/$i ${oracleWords.join(" ")} </dev/null >$work/$i.out 2>$work/$i.err || status=$?
    echo $status >$work/$i.status
  ) &
  i=$((i + 1))
  test $((i % 200)) -ne 0 || wait
done
wait`;

/** Have the installed pppd read each file. Throws, with the reason, where root, unshare(1) or pppd is missing. */
export function askPppd(files: readonly Uint8Array[]): readonly PppdAnswer[] {
  if (!existsSync("/usr/sbin/pppd")) throw new Error("this test needs pppd: install the package ppp");
  const work = mkdtempSync(join(tmpdir(), "pppctl-oracle-"));
  try {
    mkdirSync(join(work, "files"));
    for (const [i, bytes] of files.entries()) writeFileSync(join(work, "files", String(i)), bytes);
    const { status, error, stderr } = spawnSync(
      "unshare",
      ["--mount", "--net", "sh", "-c", script, "sh", work, String(files.length)],
      { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/nonexistent" } },
    );
    if (status !== 0) {
      throw new Error(
        `this test needs root and mounts of its own (unshare --mount --net): ${error?.message ?? stderr}`,
      );
    }
    return files.map((_, i) => {
      const read = (name: string): string => readFileSync(join(work, `${i}.${name}`), "latin1");
      return parseAnswer(Number(read("status")), read("err") + read("out"));
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function parseAnswer(status: number, said: string): PppdAnswer {
  const heading = "pppd options in effect:\n";
  const at = said.indexOf(heading);
  // A word that it quotes may have lines.
  const before = (at < 0 ? said : said.slice(0, at)).replace(/^(IPX support is not|ipv6cp: no persistent) .*\n/gm, "");
  const messages = before.split(/^pppd: /m).slice(1);
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
