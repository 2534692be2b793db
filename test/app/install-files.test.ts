import { expect, test } from "vitest";
import { type InstallDeps, type InstallFile, installFiles, uninstallFiles } from "../../src/app/install-files.ts";

const manifest = "/var/lib/pppctl/installed.json";
const page: InstallFile = { path: "/share/pon.1", text: "pon", why: "manual page" };
const rotate: InstallFile = { path: "/etc/rotate", text: "weekly", why: "log" };
const live = { root: "", dryRun: false };

/** A machine with these files; writing to a path that contains `deny` fails. */
function machine(disk: Map<string, string>, files: readonly InstallFile[], deny = "\0"): InstallDeps {
  return {
    files: () => files,
    read: (path) => disk.get(path),
    write: (path, text) => {
      if (path.includes(deny)) throw new Error(`EACCES: permission denied, open '${path}'`);
      disk.set(path, text);
    },
    remove: (path) => void disk.delete(path),
    fingerprint: (text) => `<${text}>`,
  };
}

const actions = (steps: ReturnType<typeof installFiles>) => steps.map(({ path, action }) => `${path} ${action}`);

test("what install writes, uninstall removes, and nothing else", () => {
  const disk = new Map([["/etc/other", "theirs"]]);
  const deps = machine(disk, [page, rotate]);
  expect(actions(installFiles(live, deps))).toEqual(["/share/pon.1 write", "/etc/rotate write"]);
  expect(disk.get(page.path)).toBe("pon");
  expect(actions(installFiles(live, deps))).toEqual(["/share/pon.1 same", "/etc/rotate same"]);
  expect(actions(uninstallFiles(live, deps))).toEqual(["/share/pon.1 remove", "/etc/rotate remove"]);
  expect([...disk]).toEqual([["/etc/other", "theirs"]]);
  expect(uninstallFiles(live, deps)).toEqual([]);
});

test("--dry-run says the same and does nothing; --root is another place", () => {
  const disk = new Map<string, string>();
  const deps = machine(disk, [page]);
  expect(actions(installFiles({ root: "", dryRun: true }, deps))).toEqual(["/share/pon.1 write"]);
  expect(disk.size).toBe(0);
  installFiles({ root: "/stage", dryRun: false }, deps);
  expect([...disk.keys()].sort()).toEqual([`/stage${page.path}`, `/stage${manifest}`]);
  expect(actions(uninstallFiles({ root: "/stage", dryRun: true }, deps))).toEqual(["/share/pon.1 remove"]);
  expect(disk.size).toBe(2);
});

test("a file of somebody else stays, also when its text is the same and when it goes", () => {
  const disk = new Map([
    [page.path, "their own pon"],
    [rotate.path, rotate.text],
  ]);
  const deps = machine(disk, [page, rotate]);
  expect(actions(installFiles(live, deps))).toEqual(["/share/pon.1 foreign", "/etc/rotate same"]);
  expect(uninstallFiles(live, deps)).toEqual([]);
  expect(disk.get(page.path)).toBe("their own pon");
  expect(disk.get(rotate.path)).toBe(rotate.text);
});

test("a file that was changed since stays; an earlier version's is replaced, and removed when there is no such file any more", () => {
  const disk = new Map<string, string>();
  installFiles(live, machine(disk, [page, rotate]));
  disk.set(rotate.path, "daily");
  const newer = machine(disk, [
    { ...page, text: "pon 2" },
    { ...rotate, text: "monthly" },
  ]);
  expect(actions(installFiles(live, newer))).toEqual(["/share/pon.1 write", "/etc/rotate foreign"]);
  expect(actions(uninstallFiles(live, machine(disk, [])))).toEqual(["/share/pon.1 remove", "/etc/rotate foreign"]);
  expect([...disk]).toEqual([[rotate.path, "daily"]]);
});

test("what cannot be written is an error of one line, and what was written until then is remembered", () => {
  const disk = new Map<string, string>();
  expect(() => installFiles(live, machine(disk, [page, rotate], "rotate"))).toThrow(
    expect.objectContaining({
      code: "install.denied",
      exitCode: 1,
      message: "/etc/rotate cannot be written: permission denied",
    }),
  );
  expect(actions(uninstallFiles(live, machine(disk, [page, rotate])))).toEqual([
    "/share/pon.1 remove",
    "/etc/rotate gone",
  ]);
});

test("a manifest that is broken is none", () => {
  const disk = new Map([[manifest, "["]]);
  expect(uninstallFiles(live, machine(disk, [page]))).toEqual([]);
  expect(actions(installFiles(live, machine(disk, [page])))).toEqual(["/share/pon.1 write"]);
});
