import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

/** A file that `pppctl install` puts in place. */
export interface InstallFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** What it is there for, a few words. */
  readonly why: string;
}

/** What was done with one file, or would be. */
export interface InstallStep {
  readonly path: string;
  readonly why: string;
  /**
   * `write`: new, or another text than the one we wrote before. `same`: as it should be. `foreign`: somebody else's file
   * or one that was changed since, and left alone. `remove`: ours. `gone`: not there any more.
   */
  readonly action: "write" | "same" | "foreign" | "remove" | "gone";
}

export interface InstallDeps {
  /** The files of this package, for the machine as it is. */
  readonly files: () => readonly InstallFile[];
  readonly read: (path: string) => string | undefined;
  /** Whole or not at all, with the directories above it; throws when it cannot be. */
  readonly write: (path: string, text: string) => void;
  readonly remove: (path: string) => void;
  /** A fingerprint of a text. */
  readonly fingerprint: (text: string) => string;
}

export interface InstallRequest {
  /** Below this directory instead of `/`, as packagers want it; no trailing slash. */
  readonly root: string;
  readonly dryRun: boolean;
}

/** What `install` wrote and `uninstall` removes: paths with the fingerprints of what was written. */
const manifestPath = "/var/lib/pppctl/installed.json";

type Manifest = Readonly<Record<string, string>>;

/**
 * Put the files of the package in place. A file that is there and that we did not write, or that was changed since, stays
 * as it is.
 *
 * @throws PppctlError install.denied, exit status 1; what was written until then is in the manifest
 */
export function installFiles({ root, dryRun }: InstallRequest, deps: InstallDeps): InstallStep[] {
  const manifest = readManifest(root, deps);
  const written: Record<string, string> = { ...manifest };
  const steps: InstallStep[] = [];
  const keepManifest = (): void =>
    writeOrExplain(root + manifestPath, `${JSON.stringify(written, undefined, 2)}\n`, deps);
  for (const { path, text, why } of deps.files()) {
    const there = deps.read(root + path);
    const action = there === text ? "same" : isOurs(there, manifest[path], deps) ? "write" : "foreign";
    steps.push({ path, why, action });
    if (action !== "write" || dryRun) continue;
    written[path] = deps.fingerprint(text);
    // First the manifest: a file that it names and that is not there harms nobody, an unknown one stays for ever.
    keepManifest();
    writeOrExplain(root + path, text, deps);
  }
  return steps;
}

/**
 * Remove exactly what `installFiles` wrote; what was changed since stays, and is said.
 *
 * @throws PppctlError install.denied, exit status 1
 */
export function uninstallFiles({ root, dryRun }: InstallRequest, deps: InstallDeps): InstallStep[] {
  const reasons = new Map(deps.files().map(({ path, why }) => [path, why]));
  const manifest = readManifest(root, deps);
  const steps = Object.entries(manifest).map(([path, fingerprint]): InstallStep => {
    const there = deps.read(root + path);
    const action = there === undefined ? "gone" : isOurs(there, fingerprint, deps) ? "remove" : "foreign";
    if (action === "remove" && !dryRun) removeOrExplain(root + path, deps);
    return { path, why: reasons.get(path) ?? "of an earlier version", action };
  });
  if (!dryRun && Object.keys(manifest).length > 0) removeOrExplain(root + manifestPath, deps);
  return steps;
}

/** Nothing there, or what we wrote last. */
function isOurs(there: string | undefined, fingerprint: string | undefined, deps: InstallDeps): boolean {
  return there === undefined || (fingerprint !== undefined && deps.fingerprint(there) === fingerprint);
}

function readManifest(root: string, deps: InstallDeps): Manifest {
  try {
    const value: unknown = JSON.parse(deps.read(root + manifestPath) ?? "{}");
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => entry[0].startsWith("/") && typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}

function writeOrExplain(path: string, text: string, deps: InstallDeps): void {
  try {
    deps.write(path, text);
  } catch (error) {
    throw deniedError(`${path} cannot be written`, error);
  }
}

function removeOrExplain(path: string, deps: InstallDeps): void {
  try {
    deps.remove(path);
  } catch (error) {
    throw deniedError(`${path} cannot be removed`, error);
  }
}

function deniedError(what: string, cause: unknown): PppctlError {
  return new PppctlError({
    code: "install.denied",
    message: `${what}: ${cause instanceof Error ? cause.message.replace(/^[A-Z]+: /, "").replace(/, .*$/, "") : String(cause)}`,
    exitCode: ExitCode.fatal,
    hint: "run it as root; --dry-run lists what it would do",
    cause,
  });
}
