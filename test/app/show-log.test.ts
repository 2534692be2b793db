import { describe, expect, it } from "vitest";
import { type LogDeps, showLog } from "../../src/app/show-log.ts";
import { parseTailArguments } from "../../src/app/tail-arguments.ts";

const paths = { pppLog: "/var/log/ppp.log", syslog: "/var/log/syslog" };

function makeWorld(
  sizes: Record<string, number>,
  program: { readonly lines?: readonly string[]; readonly status?: number | undefined } = {},
) {
  const commands: string[][] = [];
  const written: string[] = [];
  const status = "status" in program ? program.status : 0;
  const deps: LogDeps = {
    paths,
    fileSize: (path) => sizes[path],
    run: async (name, args) => {
      commands.push([name, ...args]);
      return status;
    },
    runLines: async (name, args, onLine) => {
      commands.push([name, ...args]);
      for (const line of program.lines ?? []) onLine(line);
      return status;
    },
    write: (line) => written.push(line),
  };
  return { deps, commands, written };
}

describe("plog of ppp.log", () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [
      ["-n", "20"],
      ["-n", "20"],
    ],
    [["-20"], ["-n", "20"]],
    [["-fn20"], ["-n", "20", "-F"]],
    [
      ["-q", "--follow=descriptor", "-s", "2"],
      ["-n", "10", "-f", "-q", "-s", "2"],
    ],
    [
      ["-c", "100"],
      ["-c", "100"],
    ],
    [["--version"], ["--version"]],
    [
      ["-n", "1k", "other.log"],
      ["-n", "1k", "other.log"],
    ],
  ])("%j is tail %j", async (args, tail) => {
    const world = makeWorld({ [paths.pppLog]: 1 }, { status: 3 });
    expect(await showLog(args, world.deps)).toBe(3);
    expect(world.commands).toEqual([["tail", ...tail, paths.pppLog]]);
  });
});

describe("plog of the syslog", () => {
  const lines = [
    "Jan  2 03:04:05 host pppd[123]: Connect: ppp0 <--> /dev/ttyS1",
    "Jan  2 03:04:05 host chat[124]: CONNECT",
    "Jan  2 03:04:05 host pppctl[125]: dialing",
    "Jan  2 03:04:05 host pppctl: ip-up ppp0: a script failed",
    "2026-01-02T03:04:05+00:00 host pppd[123]: caf\xe9",
    "Jan  2 03:04:05 host kernel: pppd[1] is not at a word's beginning",
    "Jan  2 03:04:05 host xpppd[1]: no",
    "Jan  2 03:04:05 host sshd[1]: no",
  ];

  it("is used when ppp.log is empty, and only our lines are shown", async () => {
    const world = makeWorld({ [paths.pppLog]: 0, [paths.syslog]: 5 }, { lines });
    expect(await showLog([], world.deps)).toBe(0);
    expect(world.commands).toEqual([["tail", paths.syslog]]);
    expect(world.written).toEqual(lines.slice(0, 6));
  });

  it.each([
    [0, 1],
    [1, 1],
    [143, 143],
  ])("without a line of ours and with tail's status %d returns %d", async (status, expected) => {
    const world = makeWorld({ [paths.syslog]: 0 }, { status, lines: lines.slice(6) });
    expect(await showLog([], world.deps)).toBe(expected);
    expect(world.written).toEqual([]);
  });
});

describe("plog of the journal", () => {
  const tags = ["--no-pager", "-t", "pppd", "-t", "chat", "-t", "pppctl"];

  it.each<[readonly string[], readonly string[]]>([
    [[], ["-n", "10"]],
    [
      ["-n", "50"],
      ["-n", "50"],
    ],
    [["-50"], ["-n", "50"]],
    [["-f"], ["-n", "10", "-f"]],
    [
      ["-n0", "-F"],
      ["-n", "0", "-f"],
    ],
    [["-qf"], ["-n", "10", "-f"]],
    [["-n", "+1"], []],
    [
      ["+1", "-f"],
      ["-f", "--no-tail"],
    ],
  ])("%j is journalctl %j", async (args, journal) => {
    const world = makeWorld({}, { status: 4 });
    expect(await showLog(args, world.deps)).toBe(4);
    expect(world.commands).toEqual([["journalctl", ...tags, ...journal]]);
  });

  it.each([["-c", "9"], ["--pid=3"], ["yosefcom"], ["--", "x"], ["-n", "ten"], ["-n"], ["-z"], ["-n", "+2"]])(
    "refuses tail's %s",
    async (...args) => {
      await expect(showLog(args, makeWorld({}).deps)).rejects.toMatchObject({ code: "log.arguments", exitCode: 1 });
    },
  );

  it("says so when there is no journalctl either", async () => {
    await expect(showLog([], makeWorld({}, { status: undefined }).deps)).rejects.toMatchObject({
      code: "log.none",
      exitCode: 1,
    });
  });
});

describe("parseTailArguments", () => {
  it.each<[readonly string[], unknown]>([
    [["--lines=7"], { lines: { last: 7 }, follow: "no", other: [] }],
    [["--lines", "+7"], { lines: { from: 7 }, follow: "no", other: [] }],
    [["-n", "+0"], { lines: { from: 1 }, follow: "no", other: [] }],
    [["-n", "-7"], { lines: { last: 7 }, follow: "no", other: [] }],
    [["-7f"], { lines: { last: 7 }, follow: "name", other: [] }],
    [["--follow", "--retry", "--verbose"], { lines: { last: 10 }, follow: "name", other: ["-v"] }],
    [["--retry"], { lines: { last: 10 }, follow: "no", other: [] }],
    [["--follow=file"], { unknown: "--follow=file" }],
    [["-s", "x"], { unknown: "-s" }],
    [["-f", ""], { unknown: "" }],
    [["-"], { unknown: "-" }],
  ])("%j", (words, request) => {
    expect(parseTailArguments(words)).toEqual(request);
  });
});
