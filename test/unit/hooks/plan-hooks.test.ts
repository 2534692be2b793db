import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HookDirectory, HookFile, HookFiles } from "../../../src/hooks/hook-files.ts";
import { isDirectoryName, planHooks } from "../../../src/hooks/plan-hooks.ts";

const etc = "/etc/ppp/ip-up.d";

function script(name: string, is: Partial<HookFile> = {}, directory = etc): HookFile {
  return { path: `${directory}/${name}`, name, type: "file", uid: 0, gid: 0, mode: 0o755, size: 9, ...is };
}

function directory(files: readonly HookFile[], is: Partial<HookDirectory> = {}): HookDirectory {
  return { path: etc, uid: 0, gid: 0, mode: 0o755, files, ...is };
}

function plan(files: Partial<HookFiles>) {
  return planHooks({ runner: 0, override: undefined, directory: undefined, linkDirectory: undefined, ...files });
}

function ran(files: Partial<HookFiles>): string[] {
  return plan(files)
    .steps.filter((step) => step.run)
    .map((step) => step.path.slice("/etc/ppp/".length));
}

function linkDirectory(...names: readonly string[]): HookDirectory {
  const path = `${etc}/yosefcom`;
  return { ...directory(names.map((name) => script(name, {}, path))), path };
}

describe("names, as run-parts(8) takes them", () => {
  it.each([
    ["0000usepeerdns", true],
    ["Route_2", true],
    ["a-b", true],
    ["-x", true],
    ["foo.sh", false],
    ["foo.dpkg-old", false],
    ["ip-up.local", false],
    ["foo~", false],
    [".hidden", false],
    ["#foo#", false],
    ["grün", false],
    ["a b", false],
    ["a\n", false],
  ])("%j: %s", (name, runs) => {
    expect(ran({ directory: directory([script(name)]) })).toEqual(runs ? [`ip-up.d/${name}`] : []);
  });
});

describe("what is run", () => {
  it("goes by the bytes of the names", () => {
    const names = ["b", "10x", "_", "B", "-a", "0dns-up", "a", "0000usepeerdns"];
    expect(ran({ directory: directory(names.map((name) => script(name))) })).toEqual(
      ["-a", "0000usepeerdns", "0dns-up", "10x", "B", "_", "a", "b"].map((name) => `ip-up.d/${name}`),
    );
  });

  it.each<[string, Partial<HookFile>, string]>([
    ["a file that nobody may execute", { mode: 0o644 }, "executable"],
    ["a device, such as a link to /dev/null", { type: "other" }, "regular"],
    ["an empty file", { size: 0 }, "empty"],
  ])("passes over %s without alarm", (_, is, reason) => {
    expect(plan({ directory: directory([script("x", is)]) }).steps).toEqual([
      { path: `${etc}/x`, run: false, refused: false, reason: expect.stringContaining(reason) },
    ]);
  });

  it("does not name directories at all", () => {
    expect(plan({ directory: directory([script("yosefcom", { type: "directory" })]) }).steps).toEqual([]);
  });

  it("does nothing where there is no directory", () => {
    expect(plan({})).toEqual({ override: false, steps: [] });
  });
});

describe("whom it trusts", () => {
  it.each<[string, Partial<HookFile>, string | undefined]>([
    ["root's", {}, undefined],
    ["root's, group root may write", { mode: 0o775 }, undefined],
    ["root's, readable by root only", { mode: 0o700, gid: 30 }, undefined],
    ["root's, with set-user-id", { mode: 0o4755 }, undefined],
    ["a user's", { uid: 1000 }, "user 1000"],
    ["a group's to write", { gid: 50, mode: 0o775 }, "group 50"],
    ["everybody's to write", { mode: 0o757 }, "everybody"],
    ["a link to nothing", { type: "broken" }, "link to nothing"],
  ])("%s", (_, is, reason) => {
    const step = plan({ directory: directory([script("x", is)]) }).steps[0];
    expect(step).toEqual(
      reason === undefined
        ? { path: `${etc}/x`, run: true }
        : { path: `${etc}/x`, run: false, refused: true, reason: expect.stringContaining(reason) },
    );
  });

  it("trusts its own user's scripts when it is not root", () => {
    expect(ran({ runner: 1000, directory: directory([script("x", { uid: 1000 })], { uid: 1000 }) })).toHaveLength(1);
    expect(ran({ runner: 1000, directory: directory([script("x", { uid: 1001 })]) })).toHaveLength(0);
  });

  it("runs nothing from a directory that somebody else may write to, and names it", () => {
    const steps = plan({ directory: directory([script("x"), script("foo.sh")], { mode: 0o777 }) }).steps;
    expect(steps.map((step) => !step.run && step.refused)).toEqual([false, true]);
    expect(steps[1]).toMatchObject({ path: `${etc}/x`, reason: expect.stringContaining(`${etc}: everybody`) });
  });
});

describe("EVENT.local", () => {
  const local = script("ip-up.local", { path: "/etc/ppp/ip-up.local" });
  const others = { directory: directory([script("x")]), linkDirectory: linkDirectory("y") };

  it("takes the place of everything", () => {
    expect(plan({ override: local, ...others })).toEqual({
      override: true,
      steps: [{ path: "/etc/ppp/ip-up.local", run: true }],
    });
  });

  it("does not when it is not executable or no file", () => {
    expect(plan({ override: { ...local, mode: 0o644 }, ...others }).override).toBe(false);
    expect(plan({ override: { ...local, type: "directory" }, ...others }).override).toBe(false);
  });

  it("is refused when a user may write to it, and nothing runs in its stead", () => {
    const { override, steps } = plan({ override: { ...local, uid: 1000 }, ...others });
    expect(override).toBe(true);
    expect(steps).toMatchObject([{ path: "/etc/ppp/ip-up.local", run: false, refused: true }]);
  });
});

describe("the directory of a link", () => {
  const names = ["0000usepeerdns", "05z", "0dns-up", "06route", "mail"];
  const common = directory(names.map((name) => script(name)));

  it("comes after 05", () => {
    expect(ran({ directory: common, linkDirectory: linkDirectory("b", "a", "c.sh") })).toEqual([
      "ip-up.d/0000usepeerdns",
      "ip-up.d/05z",
      "ip-up.d/yosefcom/a",
      "ip-up.d/yosefcom/b",
      "ip-up.d/06route",
      "ip-up.d/0dns-up",
      "ip-up.d/mail",
    ]);
  });

  it("comes last when nothing sorts after 05, and first when everything does", () => {
    const link = linkDirectory("a");
    expect(ran({ directory: directory([script("01")]), linkDirectory: link })).toEqual([
      "ip-up.d/01",
      "ip-up.d/yosefcom/a",
    ]);
    expect(ran({ directory: directory([script("mail")]), linkDirectory: link })[0]).toBe("ip-up.d/yosefcom/a");
  });

  it.each([
    ["00peer-specific", {}, true],
    ["05peer-specific", {}, true],
    ["my-peer-specific-one", {}, true],
    ["05peer-specific", { mode: 0o644 }, false],
    ["05peer-specific", { uid: 1000 }, false],
    ["05peer-specific.sh", {}, false],
    ["05peerspecific", {}, false],
  ])("is left to the user's %s %j: %s", (name, is, left) => {
    const paths = ran({ directory: directory([script(name, is)]), linkDirectory: linkDirectory("a") });
    expect(paths.includes("ip-up.d/yosefcom/a")).toBe(!left);
  });

  it("must be a name of one component", () => {
    const names = ["yosefcom", "isp home", "..", ".", "", "isp/home", "../ip-down.d", "a\0"];
    expect(names.filter(isDirectoryName)).toEqual(["yosefcom", "isp home"]);
  });
});

it("law: the order of the directory's listing changes nothing, and nothing is run twice", () => {
  const name = fc.stringMatching(/^[0-9a-cA_.-]{1,3}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.uniqueArray(name), fc.infiniteStream(fc.nat()), (own, linked, keys) => {
      const forward = { directory: directory(own.map((n) => script(n))), linkDirectory: linkDirectory(...linked) };
      const order = new Map(own.map((n) => [n, keys.next().value ?? 0]));
      const shuffled = own.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      const backward = {
        directory: directory(shuffled.map((n) => script(n))),
        linkDirectory: linkDirectory(...linked.toReversed()),
      };
      expect(plan(backward)).toEqual(plan(forward));
      const paths = ran(forward);
      expect(new Set(paths).size).toBe(paths.length);
      expect(paths).toHaveLength([...own, ...linked].filter((n) => !n.includes(".")).length);
    }),
  );
});
