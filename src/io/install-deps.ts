import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InstallDeps, InstallFile } from "../app/install-files.ts";
import { systemFilesToInstall } from "../app/install-templates.ts";
import { readTextFile, writeFileAtomically } from "./record-store.ts";

/** Where administrators put what is not Debian's (FHS 4.9). */
const target = "/usr/local/share";

const reasons: readonly (readonly [start: string, why: string])[] = [
  ["man/", "manual page"],
  ["bash-completion/", "completion for bash"],
  ["zsh/", "completion for zsh"],
  ["fish/", "completion for fish"],
];

/** @param mainUrl of the program that runs, in `dist/` */
export function installDeps(mainUrl: string): InstallDeps {
  const dist = dirname(fileURLToPath(mainUrl));
  return {
    files: () => [
      ...packagedFiles(join(dist, "share")),
      ...hookExamples(join(dist, "../docs/hooks")),
      ...systemFilesToInstall(join(dist, "../bin/pppctl")),
    ],
    read: readTextFile,
    write: (path, text) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileAtomically(path, text);
    },
    remove: (path) => rmSync(path, { force: true }),
    fingerprint: (text) => createHash("sha256").update(text).digest("hex"),
  };
}

/** Where nothing runs them: they are for copying. */
function hookExamples(folder: string): InstallFile[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = `${target}/doc/pppctl/hooks/${name}`;
      return { path, why: "a hook to start from", text: readFileSync(join(folder, name), "utf8") };
    });
}

/** What the build made of `--help` (tools/write-manual.ts). */
function packagedFiles(share: string): InstallFile[] {
  return readdirSync(share, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(share.length + 1))
    .sort()
    .flatMap((name) => {
      const why = reasons.find(([start]) => name.startsWith(start))?.[1];
      return why === undefined
        ? []
        : [{ path: `${target}/${name}`, why, text: readFileSync(join(share, name), "utf8") }];
    });
}
