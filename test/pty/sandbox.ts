import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, whose built commands the tests run. */
export const packageDirectory = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/**
 * Mounts of its own (argument 1: the stub), so that the commands find /etc/ppp, /run, /dev/ppp and pppd as a test wants
 * them, and a /dev/ppp as in a kernel with PPP, and the machine's own stay as they are. Everything goes when the last process does, and that is `cat`: it
 * ends with the test process.
 */
const prepare = `
set -e
for place in /etc/ppp /etc/chatscripts /run /usr/sbin /var/lib /var/log; do mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir -p /run/lock /etc/ppp/peers /usr/sbin/stub
test -d /var/lock
mkdir /run/dev
mount -t tmpfs -o mode=755 tmpfs /run/dev
for node in null zero full tty random urandom; do touch /run/dev/$node; mount --bind /dev/$node /run/dev/$node; done
mkdir /run/dev/pts
mount --bind /dev/pts /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
ln -s /proc/self/fd /run/dev/fd
ln -s null /run/dev/ppp
mount --move /run/dev /dev
rmdir /run/dev
cp "$1" /usr/sbin/pppd
cp "$1" /usr/sbin/stub/call
mkdir -p /run/dev
mount -t tmpfs -o mode=755 tmpfs /run/dev
for node in null zero full tty random urandom; do touch /run/dev/$node; mount --bind /dev/$node /run/dev/$node; done
touch /run/dev/ppp
mount --bind /dev/null /run/dev/ppp
mkdir /run/dev/pts /run/dev/shm
mount --rbind /dev/pts /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
mount --move /run/dev /dev
rmdir /run/dev
echo ready
exec cat >/dev/null`;

/** How a process ended, and all that it said. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs in the sandbox. */
export interface Running {
  /** As the test's own /proc has it. */
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has said up to now, both streams. */
  readonly output: () => string;
}

/** A call of the stub. */
export interface StubCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The lock file of the device when pppd began; empty: none. */
  readonly lock: string;
  /** pppd's pid in the sandbox. */
  readonly pid: string;
}

export interface Sandbox {
  readonly put: (path: string, content: string | Uint8Array, mode?: number) => void;
  readonly read: (path: string) => string;
  readonly exists: (path: string) => boolean;
  readonly list: (path: string) => readonly string[];
  readonly remove: (path: string) => void;
  /** What the stub does from now on; see the steps in stub-pppd. */
  readonly playPppd: (...steps: readonly string[]) => void;
  readonly pppdCalls: () => readonly StubCall[];
  /** One of our commands (`pon`), or any program by its path. */
  readonly start: (
    command: string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Running>;
  readonly run: (command: string, args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
  /** Command lines of all that lives there. */
  readonly processes: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** What pppd, cron and ifupdown have at most. */
const smallEnvironment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** A private place for the built commands; root is needed (unshare(1)). */
export async function startSandbox(): Promise<Sandbox> {
  const stub = join(packageDirectory, "test/pty/stub-pppd");
  const holder = spawn(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", prepare, "sh", stub],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  await once(holder.stdout, "data");
  const init = childOf(holder.pid as number);
  const inside = (path: string): string => `/proc/${init}/root${path}`;

  const put: Sandbox["put"] = (path, content, mode) => {
    mkdirSync(dirname(inside(path)), { recursive: true });
    writeFileSync(inside(path), content);
    if (mode !== undefined) chmodSync(inside(path), mode);
  };
  const read = (path: string): string => readFileSync(inside(path), "utf8");
  const list = (path: string): string[] =>
    statSync(inside(path), { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(inside(path)).sort() : [];

  const start: Sandbox["start"] = async (command, args = [], env = smallEnvironment) => {
    const program = command.includes("/") ? command : join(packageDirectory, "bin", command);
    const child = spawn("/usr/bin/nsenter", ["-t", String(init), "-m", "-p", "--", program, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return watchChild(child);
  };
  return {
    put,
    read,
    exists: (path) => existsSync(inside(path)),
    list,
    remove: (path) => rmSync(inside(path)),
    playPppd: (...steps) => put("/etc/ppp/stub-part", steps.join("\n")),
    pppdCalls: () =>
      list("/etc/ppp/stub-calls").map((call) => {
        const [argv = "", env = "", lock = "", pid = ""] = ["argv", "env", "lock", "pid"].map((name) =>
          read(`/etc/ppp/stub-calls/${call}/${name}`),
        );
        const variables = env.split("\0").map((text): [string, string] => {
          const at = text.indexOf("=");
          return [text.slice(0, at), text.slice(at + 1)];
        });
        return { argv: argv.split("\0"), env: Object.fromEntries(variables), lock, pid };
      }),
    start,
    run: async (...words) => (await start(...words)).ended,
    processes: () => processesOf(init),
    stop: async () => {
      const ended = once(holder, "exit");
      holder.stdin.end();
      await ended;
    },
  };
}

async function watchChild(child: ChildProcess): Promise<Running> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal, stdout, stderr }) as Ended);
  await once(child, "spawn");
  // nsenter(1) forks to come into the pid namespace.
  let pid: number | undefined;
  while (pid === undefined && child.exitCode === null && child.signalCode === null) {
    pid = childOf(child.pid as number);
    if (pid === undefined) await new Promise((resolve) => setImmediate(resolve));
  }
  return { pid: pid ?? 0, ended, output: () => stdout + stderr };
}

/** proc(5); undefined while there is none, or when the parent has gone. */
function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0];
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

/** Living processes of the pid namespace of `init`, save `init` itself. */
function processesOf(init: number | undefined): string[] {
  return readdirSync(`/proc/${init}/root/proc`)
    .filter((entry) => /^[0-9]+$/.test(entry) && entry !== "1")
    .flatMap((pid) => {
      try {
        const directory = `/proc/${init}/root/proc/${pid}`;
        const state = readFileSync(`${directory}/stat`, "utf8").replace(/^.*\) /s, "")[0];
        return state === "Z" ? [] : [readFileSync(`${directory}/cmdline`, "utf8").replaceAll("\0", " ").trim()];
      } catch {
        return [];
      }
    });
}
