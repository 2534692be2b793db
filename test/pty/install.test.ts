import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { packageDirectory, startSandbox } from "./sandbox.ts";

const run = promisify(execFile);
const pppctl = join(packageDirectory, "bin/pppctl");
const stage = mkdtempSync(join(tmpdir(), "pppctl-stage-"));
const share = join(stage, "usr/local/share");
const install = (command: string, ...words: readonly string[]) => run(pppctl, [command, "--root", stage, ...words]);

/** Every file below the stage. */
function listStage(): string[] {
  return readdirSync(stage, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(stage, name)).isFile())
    .map((name) => `/${name}`)
    .sort();
}

let listed: readonly string[] = [];
beforeAll(async () => {
  listed = (JSON.parse((await install("install", "--dry-run", "--json")).stdout) as { path: string }[])
    .map(({ path }) => path)
    .sort();
  expect(listStage()).toEqual([]);
  await install("install");
});
afterAll(() => rmSync(stage, { recursive: true }));

test("--dry-run lists every file that install writes", () => {
  expect(listStage()).toEqual([...listed, "/var/lib/pppctl/installed.json"].sort());
  for (const path of listed) expect(statSync(stage + path).mode & 0o777).toBe(0o644);
});

test("the examples of hooks are there to be copied: a route, a firewall, dynamic DNS", () => {
  const folder = join(share, "doc/pppctl/hooks");
  expect(readdirSync(folder).sort()).toEqual(["README.md", "dynamic-dns", "firewall", "route"]);
  expect(readFileSync(join(folder, "firewall"), "utf8")).toContain("table inet $table {");
});

test("every page and every subcommand's options are what --help prints", async () => {
  const { stdout } = await run(pppctl, ["--help"]);
  const commands = /\nCommands:\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? "";
  const names = [...commands.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name = "help"]) =>
    name === "help" ? [] : [name],
  );
  expect(names).toContain("status");
  const page = readFileSync(join(share, "man/man8/pppctl.8"), "utf8");
  for (const name of names) {
    expect(page).toContain(`\n.SH PPPCTL ${name.toUpperCase()}\n`);
    const help = (await run(pppctl, [name, "--help"])).stdout;
    for (const [option] of help.matchAll(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm)) {
      expect(page.slice(page.indexOf(`.SH PPPCTL ${name.toUpperCase()}\n`))).toContain(option.replaceAll("-", "\\-"));
    }
  }
});

test.each(["man1/pon.1", "man1/poff.1", "man1/plog.1", "man8/pppctl.8"])("%s is a manual page", async (name) => {
  // The pages bear no date: the version tells how old they are.
  const { stdout } = await run("mandoc", ["-T", "lint", "-W", "warning", join(share, "man", name)]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"))).toEqual([]);
});

test("the unit is one that systemd takes, and starts what is there", async () => {
  const unit = join(stage, "etc/systemd/system/ppp-keep@.service");
  // It takes an instance of a template by its name.
  const instance = join(stage, "ppp-keep@yosefcom.service");
  copyFileSync(unit, instance);
  try {
    const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", instance]);
    expect(`${stdout}${stderr}`.split("\n").filter((line) => line.includes("ppp-keep"))).toEqual([]);
  } finally {
    rmSync(instance);
  }
  const program = /^ExecStart=(\S+) keep -- %I$/m.exec(readFileSync(unit, "utf8"))?.[1];
  expect(program).toBe(pppctl);
});

test("the line for cron is a comment until somebody makes it one of theirs", () => {
  const lines = readFileSync(join(stage, "etc/cron.d/pppctl"), "utf8").trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("#"))).toEqual([]);
  expect(lines.at(-1)).toBe(`# * * * * * root ${pppctl} ensure --quiet yosefcom`);
});

test("logrotate takes the rules: the logs of hooks and of calls are put aside, and where there are none nothing is", async () => {
  const unpacked = unpackPackages(["logrotate", "libpopt0"], console.error);
  const library = readdirSync(unpacked, { recursive: true, encoding: "utf8" }).find((name) =>
    /libpopt\.so\.0$/.test(name),
  );
  const env = { PATH: "/usr/bin:/bin", LD_LIBRARY_PATH: dirname(join(unpacked, library ?? "")) };
  const sandbox = await startSandbox();
  try {
    const rule = join(stage, "etc/logrotate.d/pppctl");
    const words = ["--force", "--verbose", "--state", "/run/logrotate", rule];
    const rotate = () => sandbox.run(join(unpacked, "usr/sbin/logrotate"), words, env);
    const none = await rotate();
    expect(none, none.stderr).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/error:/) });
    expect(sandbox.list("/var/log")).toEqual([]);
    sandbox.put("/var/log/ppp-ipupdown.log", "ip-up of yesterday\n", 0o640);
    for (const [name, text] of [
      ["pppd.log", "Modem hangup\n"],
      ["pppd.log.times", "13 5 seen\n"],
    ] as const)
      sandbox.put(`/run/pppctl/isp/${name}`, text, 0o640);
    const some = await rotate();
    expect(some, some.stderr).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/error:/) });
    expect(sandbox.list("/var/log")).toEqual(["ppp-ipupdown.log", "ppp-ipupdown.log.1"]);
    expect(sandbox.read("/var/log/ppp-ipupdown.log")).toBe("");
    expect(sandbox.read("/var/log/ppp-ipupdown.log.1")).toBe("ip-up of yesterday\n");
    // pppd has it open: it stays the same file.
    expect([...sandbox.list("/run/pppctl/isp")].sort()).toEqual(["pppd.log", "pppd.log.1"]);
    expect(sandbox.read("/run/pppctl/isp/pppd.log")).toBe("");
    expect(sandbox.read("/run/pppctl/isp/pppd.log.1")).toBe("Modem hangup\n");
  } finally {
    await sandbox.stop();
  }
});

describe("completion", () => {
  const env = {
    ...process.env,
    PATH: `${join(packageDirectory, "bin")}:${process.env["PATH"] ?? ""}`,
    XDG_DATA_DIRS: share,
    HOME: stage,
  };

  test("bash", async () => {
    const text = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pppctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const complete = async (...words: string[]) =>
      (await run("bash", ["-c", text, "bash", join(share, "bash-completion/completions/pon"), ...words])).stdout.split(
        "\n",
      );
    expect(await complete("pppctl", "sta")).toEqual(["status", ""]);
    expect(await complete("/usr/local/bin/pon", "--dr")).toEqual(["--dry-run", ""]);
    expect(await complete("pppctl", "simulate", "--number-is", "no-a")).toEqual(["no-answer", ""]);
    expect(await complete("pppctl", "check", "--strict", "provid")).toEqual(["provider", ""]);
    for (const typed of ["provid", "'provid", '"provid', "pro\\vid"])
      expect(await complete("plog", typed)).toEqual(["provider", ""]);
    expect(await complete("plog", "--si")).toEqual(["--since", ""]);
  });

  test("fish", async () => {
    const complete = async (line: string) =>
      (await run("fish", ["-c", 'complete -C "$argv[1]"', line], { env })).stdout
        .split("\n")
        .map((row) => row.split("\t")[0]);
    expect(await complete("pppctl sta")).toEqual(["status", ""]);
    expect(await complete("pon --dr")).toEqual(["--dry-run", ""]);
    expect(await complete("pppctl simulate --number-is no-a")).toEqual(["no-answer", ""]);
    expect(await complete("poff provid")).toEqual(["provider", ""]);
  });

  test("zsh reads it, and it is for each command", async () => {
    const file = join(share, "zsh/site-functions/_pppctl");
    await run("zsh", ["-n", file]);
    expect(readFileSync(file, "utf8")).toMatch(/^#compdef pon poff plog pppctl\n/);
  });
});

test("uninstall removes exactly what install wrote", async () => {
  await install("uninstall");
  expect(listStage()).toEqual([]);
});
