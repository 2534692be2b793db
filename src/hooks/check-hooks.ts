import type { Finding } from "../core/finding.ts";
import type { HookFile, HookFiles } from "./hook-files.ts";
import { planHooks } from "./plan-hooks.ts";

/** Left behind, or put aside, by a packaging tool, an editor or a person: not meant to run. */
const aside = /^\.|~$|^README|\.(?:dpkg-\w+|ucf-\w+|bak|orig|old|save|disabled|off|example|swp|md|txt)$/i;

/** The scripts of an event that will not run, and seem to be meant to. */
export function checkHooks(files: HookFiles): readonly Finding[] {
  const { override, directory, linkDirectory } = files;
  const all: readonly HookFile[] = [
    ...(override === undefined ? [] : [override]),
    ...(directory?.files ?? []),
    ...(linkDirectory?.files ?? []),
  ];
  const idle = planHooks(files).steps.flatMap((step) => {
    const file = all.find(({ path }) => path === step.path);
    return step.run || file === undefined ? [] : [{ file, reason: step.reason }];
  });
  // /etc/ppp/EVENT.local counts only when it is executable (Debian's /etc/ppp/ip-up).
  if (override?.type === "file" && (override.mode & 0o111) === 0) {
    idle.push({ file: override, reason: "it is not executable" });
  }
  return idle
    .filter(({ file }) => !aside.test(file.name))
    .map(({ file, reason }) => ({
      ...advise(file, file === override),
      severity: "warning",
      position: { file: file.path, line: 1, column: 1 },
      message: `this script does not run: ${reason}`,
    }));
}

function advise(
  { path, name, type, size, mode }: HookFile,
  anyName: boolean,
): { readonly code: string; readonly hint: string } {
  if (!anyName && !/^[A-Za-z0-9_-]+$/.test(name)) {
    const better = name.replace(/\.\w+$/, "").replace(/[^A-Za-z0-9_-]/g, "-");
    return { code: "hooks.name", hint: `rename it to ${better}` };
  }
  if (type !== "file") return { code: "hooks.no-script", hint: "put a script in its place, or remove it" };
  if ((mode & 0o111) === 0) return { code: "hooks.not-executable", hint: `chmod 755 ${path}, or remove it` };
  if (size === 0) return { code: "hooks.no-script", hint: "write a script, or remove it" };
  return { code: "hooks.not-trusted", hint: `chown root:root and chmod 755 ${path}, and the directory that it is in` };
}
