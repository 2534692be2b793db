import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

/** A program as the first of a session of its own, without a controlling terminal. */
export interface SpawnedProgram {
  readonly pid: number;
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null }>;
}

/** Of spawn.h, fcntl.h and sys/wait.h on Linux. */
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const O_WRONLY_CREAT = 0o101;
const WNOHANG = 1;
/** Larger than posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t of any C library. */
const STRUCT_BYTES = 1024;
/** Between two looks whether it has ended, milliseconds. */
const WAIT_MS = 5;

/**
 * posix_spawn(3): node's own spawn forks, which takes milliseconds from a process of its size, and takes words for
 * UTF-8. `words` and `env` have one character a byte; standard error goes to a new file.
 */
export function loadSpawnOnTty(): (
  path: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  files: { readonly tty: number; readonly stderr: string },
) => SpawnedProgram {
  const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
  const libc = koffi.load(null);
  const call = (prototype: string): ((...args: unknown[]) => void) => {
    const run = libc.func(prototype);
    return (...args) => {
      const error = run(...args) as number;
      if (error !== 0) throw new Error(`${prototype} failed, errno ${error}`);
    };
  };
  const actionsInit = call("int posix_spawn_file_actions_init(void *actions)");
  const addDup = call("int posix_spawn_file_actions_adddup2(void *actions, int from, int to)");
  const addOpen = call(
    "int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, int mode)",
  );
  const actionsDestroy = call("int posix_spawn_file_actions_destroy(void *actions)");
  const attrInit = call("int posix_spawnattr_init(void *attr)");
  const attrFlags = call("int posix_spawnattr_setflags(void *attr, short flags)");
  const attrDefault = call("int posix_spawnattr_setsigdefault(void *attr, void *signals)");
  const attrMask = call("int posix_spawnattr_setsigmask(void *attr, void *signals)");
  const spawn = call(
    "int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attr, const void **argv, const void **envp)",
  );
  const sigfillset = call("int sigfillset(void *signals)");
  const waitpid = libc.func("int waitpid(int pid, _Out_ int *status, int options)");

  const all = Buffer.alloc(STRUCT_BYTES);
  sigfillset(all);
  const attr = Buffer.alloc(STRUCT_BYTES);
  attrInit(attr);
  attrFlags(attr, SETSIGDEF | SETSIGMASK | SETSID);
  attrDefault(attr, all);
  attrMask(attr, Buffer.alloc(STRUCT_BYTES));
  const bytes = (text: string): Buffer => Buffer.from(`${text}\0`, "latin1");

  return (path, words, env, { tty, stderr }) => {
    const actions = Buffer.alloc(STRUCT_BYTES);
    actionsInit(actions);
    addDup(actions, tty, 0);
    addDup(actions, tty, 1);
    addOpen(actions, 2, stderr, O_WRONLY_CREAT, 0o600);
    const argv = [path, ...words].map(bytes);
    const envp = Object.entries(env).map(([name, value]) => bytes(`${name}=${value}`));
    const pid = [0];
    spawn(pid, path, actions, attr, [...argv, null], [...envp, null]);
    actionsDestroy(actions);
    return { pid: pid[0] ?? 0, ended: awaitEnd(pid[0] ?? 0) };
  };

  async function awaitEnd(pid: number): Promise<{ exit: number | null; signal: string | null }> {
    for (const status = [0]; ; await sleep(WAIT_MS)) {
      if (waitpid(pid, status, WNOHANG) !== pid) continue;
      const [word = 0] = status;
      const signal = word & 0x7f;
      return signal === 0 ? { exit: (word >> 8) & 0xff, signal: null } : { exit: null, signal: `signal ${signal}` };
    }
  }
}
