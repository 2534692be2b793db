import { ExitCode } from "../core/exit-codes.ts";
import { withMessage } from "./cause-phrases.ts";
import type { CauseRow } from "./cause-row.ts";

/** pppd itself, what it needs and what it runs. */
export const pppdCauses = {
  "pppd-missing": {
    code: "pppd.missing",
    exitStatus: ExitCode.commandNotFound,
    retry: "not-before-change",
    hint: "install it: `apt-get install ppp`",
    sentence: () => "pppd is not installed (no /usr/sbin/pppd)",
  },
  "option-error": {
    code: "pppd.options",
    exitStatus: ExitCode.options,
    retry: "not-before-change",
    hint: "correct the option; `pon --dry-run` shows what pppd is given",
    sentence: (d) => `pppd refuses an option${d.file ? ` in ${d.file}` : ""}${d.message ? `: ${d.message}` : ""}`,
  },
  "not-root": {
    code: "pppd.not-root",
    exitStatus: ExitCode.notRoot,
    retry: "not-before-change",
    hint: "run it as root, or make pppd setuid root and join its group (dip on Debian)",
    sentence: () => "pppd must run as root",
  },
  "no-kernel-ppp": {
    code: "pppd.no-kernel-ppp",
    exitStatus: ExitCode.noKernelPpp,
    retry: "not-before-change",
    hint: "load the module with `modprobe ppp_async`, or use a kernel that has PPP",
    sentence: () => "this kernel has no PPP",
  },
  "pty-failed": {
    code: "pppd.pty",
    exitStatus: ExitCode.pty,
    retry: "not-before-change",
    hint: "run the peer's pty command by itself to see what it says",
    sentence: withMessage("the pty command could not be run"),
  },
  "hook-failed": {
    code: "hook.failed",
    exitStatus: ExitCode.fatal,
    retry: "not-before-change",
    hint: "run the script by itself, or see the log for what it said",
    sentence: (d) => withMessage(`a hook script failed${d.file ? ` (${d.file})` : ""}`)(d),
  },
  "pppd-crashed": {
    code: "pppd.killed",
    exitStatus: ExitCode.fatal,
    retry: "again",
    hint: "dial again; see the kernel's log when it recurs",
    sentence: (d) => `pppd was killed${d.signal ? ` by ${d.signal}` : ""}`,
  },
  "pppd-failed": {
    code: "pppd.exit",
    exitStatus: ExitCode.fatal,
    retry: "not-before-change",
    hint: "add `debug` to the peer file and see the log",
    sentence: (d) =>
      withMessage(`pppd failed${d.exitStatus === undefined ? "" : ` with exit status ${d.exitStatus}`}`)(d),
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
