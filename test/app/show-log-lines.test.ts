import { describe, expect, it } from "vitest";
import { parseLogRequest } from "../../src/app/log-request.ts";
import { type CallLogFile, type LogLineDeps, showLogLines } from "../../src/app/show-log-lines.ts";
import { timeLogLines } from "../../src/app/time-log-lines.ts";

describe("plog's words", () => {
  it.each<readonly string[]>([
    [],
    ["-20"],
    ["-n", "5"],
    ["-f"],
    ["-fn", "5"],
    ["-c", "100"],
    ["-n", "1", "/var/log/other"],
    ["./other"],
    ["--lines", "3", "-s", "2"],
  ])("%j are tail's, as Debian's plog has them", (...args) => {
    expect(parseLogRequest(args)).toEqual({ kind: "system", args });
  });

  it.each<[readonly string[], object]>([
    [["isp"], { peer: "isp", lines: undefined, follow: false, since: undefined, json: false }],
    [["-n", "5", "isp"], { peer: "isp", lines: { last: 5 }, follow: false }],
    [["isp", "-f", "-n0"], { peer: "isp", lines: { last: 0 }, follow: true }],
    [["isp", "-20f"], { lines: { last: 20 }, follow: true }],
    [["-n", "+1", "isp"], { lines: { from: 1 } }],
    [["--since", "2h", "--json"], { peer: undefined, since: "2h", json: true, lines: undefined }],
    [["a/b", "--since=today"], { peer: "a/b", since: "today" }],
  ])("%j ask for lines", (args, request) => {
    expect(parseLogRequest(args)).toMatchObject({ kind: "lines", ...request });
  });

  it.each([["isp", "isp2"], ["isp", "-c", "9"], ["--json", "--pid=3"], ["--since"], ["isp", "-n"]])(
    "%j is no request",
    (...args) => {
      expect(() => parseLogRequest(args)).toThrow(expect.objectContaining({ code: "log.arguments", exitCode: 2 }));
    },
  );
});

const parseStamp = (stamp: string): number | undefined => {
  const at = Date.parse(stamp);
  return Number.isNaN(at) ? undefined : at;
};
const own = (seconds: number, text: string) => `2026-11-20T22:00:0${seconds}.000+00:00 box chat[7]: ${text}\n`;
const at = (seconds: number) => Date.parse(`2026-11-20T22:00:0${seconds}.000Z`);

describe("the times of a call's log", () => {
  const log = `${own(1, "send (ATZ^M)")}Connect: ppp0 <--> /dev/ttyS1\nlocal  IP address 10.0.0.2\n${own(4, "")}Modem hangup\nConnection terminated.\n`;
  const connected = log.indexOf("local");
  const addressed = log.indexOf("\n", connected) + 1;

  it("are their own, or when pon saw them, or else by when they were there", () => {
    const times = `${connected} ${at(2)} seen\n${log.indexOf("Modem")} ${at(5)} by\n`;
    const shown = timeLogLines(log, times, at(9), parseStamp);
    expect(shown.map((line) => [line.text, line.at, line.exact])).toEqual([
      ["send (ATZ^M)", at(1), true],
      ["Connect: ppp0 <--> /dev/ttyS1", at(2), true],
      // Nobody saw it; the next line of ours has a time.
      ["local  IP address 10.0.0.2", at(4), false],
      ["Modem hangup", at(9), false],
      ["Connection terminated.", at(9), false],
    ]);
    expect(shown[1]).toMatchObject({ program: "pppd", pid: undefined });
    expect(shown[0]).toMatchObject({ program: "chat", pid: 7 });
  });

  it("of a mark that came later than the line after it are not believed", () => {
    const shown = timeLogLines(log, `${addressed} ${at(8)} by\n`, at(9), parseStamp);
    expect(shown.find(({ text }) => text.startsWith("local"))).toMatchObject({ at: at(4), exact: false });
  });

  it("are unknown where nothing is known", () => {
    expect(timeLogLines("Exit.\n", "broken", undefined, parseStamp)).toEqual([
      { at: undefined, exact: false, program: "pppd", pid: undefined, text: "Exit." },
    ]);
  });
});

function makeDeps(log: CallLogFile | undefined, more: readonly string[] = []) {
  const written: string[] = [];
  const deps: LogLineDeps = {
    paths: { pppLog: "/var/log/ppp.log", syslog: "/var/log/syslog" },
    fileSize: (path) => (path === "/var/log/syslog" ? 1 : undefined),
    run: async () => 0,
    runLines: async (_program, _args, onLine) => {
      for (const line of more) onLine(line);
      return 0;
    },
    write: (line) => written.push(line),
    readCallLog: () => log,
    follow: async (_path, _from, onLine) => {
      for (const line of more) onLine(line);
    },
    now: () => at(9),
    parseStamp,
    parseSince: (text) => (text === "4" ? at(4) : undefined),
    formatTime: (time) => `T${(time - at(0)) / 1000}`,
    formatIsoTime: (time) => new Date(time).toISOString(),
  };
  return { deps, written };
}

const request = (...words: string[]) => {
  const parsed = parseLogRequest(words);
  if (parsed.kind !== "lines") throw new Error("tail's");
  return parsed;
};

describe("plog PEER", () => {
  const file = {
    path: "/run/pppctl/isp/pppd.log",
    text: `${own(1, "send (ATZ^M)")}Modem hangup\nConnection terminated.\n`,
    times: "",
    changedAt: at(5),
  };

  it("shows the whole call, and by when a line was there", async () => {
    const { deps, written } = makeDeps(file);
    expect(await showLogLines(request("isp"), deps)).toBe(0);
    expect(written).toEqual(["T1 chat[7]: send (ATZ^M)", "<T5 pppd: Modem hangup", "<T5 pppd: Connection terminated."]);
  });

  it.each<[readonly string[], readonly string[]]>([
    [["-n", "1"], ["<T5 pppd: Connection terminated."]],
    [["-n", "0", "-f"], ["T9 pppd: Exit."]],
    [
      ["--since", "4"],
      ["<T5 pppd: Modem hangup", "<T5 pppd: Connection terminated."],
    ],
    [
      ["-1", "--json"],
      ['{"at":"2026-11-20T22:00:05.000Z","exact":false,"program":"pppd","text":"Connection terminated."}'],
    ],
  ])("%j", async (words, lines) => {
    const { deps, written } = makeDeps(file, ["Exit."]);
    expect(await showLogLines(request("isp", ...words), deps)).toBe(0);
    expect(written).toEqual(lines);
  });

  it("says so when there is none, or a time is none", async () => {
    await expect(showLogLines(request("isp"), makeDeps(undefined).deps)).rejects.toMatchObject({ code: "log.none" });
    await expect(showLogLines(request("isp", "--since", "x"), makeDeps(file).deps)).rejects.toMatchObject({
      code: "log.since",
      exitCode: 2,
    });
  });
});

it("without a peer, --since and --json are of the system's log", async () => {
  const lines = ["2026-11-20T22:00:03+00:00 box pppd[1]: early", "2026-11-20T22:00:05+00:00 box pppd[1]: late"];
  const { deps, written } = makeDeps(undefined, [...lines, "2026-11-20T22:00:06+00:00 box sshd[1]: no"]);
  expect(await showLogLines(request("--since", "4", "--json"), deps)).toBe(0);
  expect(written).toEqual(['{"at":"2026-11-20T22:00:05.000Z","exact":true,"program":"pppd","pid":1,"text":"late"}']);
});
