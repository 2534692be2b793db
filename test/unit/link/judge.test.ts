import { describe, expect, it } from "vitest";
import { type Cause, causes } from "../../../src/link/causes.ts";
import { errorOfJudgement, type Judgement, judge, judgedKinds } from "../../../src/link/judge.ts";
import { parsePppdLine } from "../../../src/pppd/parse-pppd-line.ts";
import { pppdLogNames, readPppdLog } from "../pppd/read-pppd-log.ts";
import { sampleLines } from "../pppd/sample-lines.ts";

/** Each log: the statuses that pppd may exit with after it, the cause, the sentence. */
const table: readonly (readonly [log: string, statuses: readonly number[], cause: Cause, sentence: string])[] = [
  ["up-then-poff", [5], "user-request", "stopped on request (signal 15)"],
  ["connect-program-failed", [8], "connect-failed", "the connect program failed"],
  ["loopback", [17], "loopback", "the line is looped back: what pppd sends comes back"],
  ["chap-refused-exit-19", [19, 16, 8], "auth-refused", "the other end refused our name or password (CHAP)"],
  ["chap-refused-exit-16", [19, 16, 8], "auth-refused", "the other end refused our name or password (CHAP)"],
  [
    "pap-refused-hangup",
    [19, 16, 8],
    "auth-refused",
    "the other end refused our name or password (PAP): Radius User Restriction [64|FBB&WiFi]",
  ],
  [
    "refused-by-terminate",
    [19, 16, 8],
    "auth-refused",
    "the other end refused our name or password: Authentication failed",
  ],
  ["auth-required", [1], "peer-not-authenticated", "the other end did not authenticate itself to us"],
  ["peer-refused-auth", [11], "peer-not-authenticated", "the other end did not authenticate itself to us"],
  ["no-address", [10], "no-address", "no IP address was agreed: Could not determine local IP address"],
  ["carrier-lost", [16], "line-lost", "the line was lost (the modem hung up)"],
  ["idle", [12], "idle", "hung up because there was no traffic (`idle`)"],
  ["time-limit", [13], "time-limit", "hung up at the time limit (`maxconnect`)"],
  ["traffic-limit", [20], "traffic-limit", "hung up at the traffic limit (`maxoctets`)"],
  ["option-error", [2], "option-error", "pppd refuses an option: invalid numeric parameter 'xyz' for mru option"],
  ["no-kernel-ppp", [4], "no-kernel-ppp", "this kernel has no PPP"],
  ["redialed-then-refused", [19], "auth-refused", "the other end refused our name or password (PAP): Login incorrect"],
  ["pptp-refused", [16], "server-refused", "the server refuses the connection"],
  ["pptp-unreachable", [16], "server-unreachable", "the server cannot be reached: No route to host"],
  [
    "pptp-unresolved",
    [16],
    "server-unresolved",
    "the address of the server is not found: Temporary failure in name resolution",
  ],
  ["socket-refused", [9], "server-refused", "the server refuses the connection"],
  [
    "gre-blocked",
    [10, 16],
    "gre-blocked",
    "the server answers on TCP port 1723, but nothing came back through GRE (protocol 47)",
  ],
  [
    "gre-closed",
    [16],
    "gre-blocked",
    "the server answers on TCP port 1723, but nothing came back through GRE (protocol 47)",
  ],
  ["chat-timeout", [8], "expect-timeout", '"CONNECT" did not come, nothing came (dialing 5550006)'],
  ["chat-busy", [8], "busy", "the modem answered BUSY (dialing 5550001)"],
  ["chat-silent", [8], "modem-silent", "no answer from the modem: not one byte"],
  ["chat-modem-error", [8], "modem-error", "the modem answered ERROR to AT+FOO"],
  ["chat-login-refused", [8], "login-refused", 'the other end refused the login: "Login incorrect" (dialing 5551003)'],
  ["modem-error", [8], "modem-error", "the modem answered ERROR to AT+FOO"],
  ["login-refused", [8], "login-refused", 'the other end refused the login: "Login incorrect" (dialing 5551003)'],
  ["chap-refused", [19, 16, 8], "auth-refused", "the other end refused our name or password (CHAP)"],
  ["pap-refused", [19, 16, 8], "auth-refused", "the other end refused our name or password (PAP): Login incorrect"],
  [
    "stock-pap-refused-debug",
    [19, 16, 8],
    "auth-refused",
    "the other end refused our name or password (PAP): Login incorrect",
  ],
  ["no-secret", [16, 19], "no-secret", "no secret for the other end is known"],
  ["echo-timeout", [15, 16], "echo-timeout", "the other end is silent: no reply to 1 echo-requests"],
  ["ended-by-peer", [0, 16], "ended-by-peer", "the other end ended the call: Connect time expired"],
  ["stock-ended-by-peer", [16], "ended-by-peer", "the other end ended the call: Connect time expired"],
  ["lcp-timeout", [10, 16], "lcp-timeout", "the other end does not answer PPP (LCP timed out)"],
  ["no-ppp-8-bit", [10, 16], "no-ppp", "the other end speaks no PPP"],
  ["init-failed", [18], "init-failed", "the init program failed"],
  ["killed", [1], "pppd-crashed", "pppd was killed by SIGKILL"],
  ["hook-failed", [0, 5], "hook-failed", "a hook script failed (/etc/ppp/ip-up.d/fails): exit status 3"],
  ["device-missing", [2], "device-missing", "/dev/ttyUSB7 does not exist"],
  [
    "option-error-in-file",
    [2],
    "option-error",
    "pppd refuses an option in /etc/ppp/peers/option-error-in-file: unrecognized option 'bogusword'",
  ],
  ["chat-voice", [8], "voice", "the modem answered VOICE (dialing 5550005)"],
  ["chat-no-answer", [8], "no-answer", "the modem answered NO ANSWER (dialing 5550004)"],
  ["chat-no-dialtone", [8], "no-dialtone", "the modem answered NO DIALTONE (dialing 5550003)"],
  ["chat-no-carrier", [8], "no-carrier", "the modem answered NO CARRIER (dialing 5550002)"],
  ["chat-abort-string", [8], "abort-string", 'the script\'s abort string "DELAYED" came'],
  ["chat-pin-error", [8], "modem-error", "the modem answered ERROR to AT+CPIN=??????"],
  ["stock-modem-gone", [16], "line-lost", "the line was lost (the modem hung up)"],
  [
    "device-no-tty",
    [1],
    "device-failed",
    "the device cannot be used: tcgetattr: Inappropriate ioctl for device (line 975)",
  ],
  [
    "lock-failed",
    [6],
    "lock-failed",
    "the device cannot be locked: Can't create lock file /var/lock/LCK..modem: Read-only file system",
  ],
  ["not-root", [3], "not-root", "pppd must run as root"],
  [
    "interface-name-taken",
    [1],
    "pppd-failed",
    "pppd failed with exit status 1: Couldn't rename interface ppp0 to lo: File exists",
  ],
  ["number-refused", [21], "number-refused", "the calling number is not allowed: 5559001"],
  ["locked", [6], "device-busy", "modem is in use by process 730"],
  ["chat-sim-pin", [8], "sim-pin", "the SIM wants its PIN, or refused the one sent: +CME ERROR: incorrect password"],
  ["device-denied", [7], "device-denied", "/dev/ttyS1 may not be opened: Permission denied"],
  ["callback", [14], "callback", "the other end will call back"],
  [
    "negotiation-failed",
    [10],
    "negotiation-failed",
    "the two ends did not agree on how to talk: MPPE required, but MS-CHAP[v2] nor EAP-TLS auth are performed",
  ],
  [
    "pty-failed",
    [9],
    "pty-failed",
    "the pty command could not be run: Failed to create child process: Resource temporarily unavailable",
  ],
];

describe("judge, from a log", () => {
  it.each(table)("%s", (log, statuses, cause, sentence) => {
    const events = readPppdLog(log);
    for (const exitStatus of statuses) {
      const judgement = judge({ events, exitStatus });
      expect(judgement).toMatchObject({ cause, sentence, exitStatus, code: causes[cause].code });
      expect(judgement.evidence.length).toBeGreaterThan(0);
      for (const line of judgement.evidence) expect(events.map((event) => event.text)).toContain(line);
    }
  });

  it("has a row for every log", () => {
    expect(table.map(([log]) => log).sort()).toEqual(pppdLogNames().sort());
  });

  it.each(["device-missing", "no-kernel-ppp", "auth-required", "locked", "chat-busy", "idle"])(
    "judges the last call of a log: %s after others",
    (last) => {
      const events = ["carrier-lost", "refused-by-terminate", last].flatMap(readPppdLog);
      const { cause, sentence } = judge({ events: readPppdLog(last) });
      expect(judge({ events })).toMatchObject({ cause, sentence });
    },
  );

  it("rests on the peer's message and the failure's line", () => {
    expect(judge({ events: readPppdLog("pap-refused-hangup"), exitStatus: 16 }).evidence).toEqual([
      "Remote message: Radius User Restriction [64|FBB&WiFi]",
      "PAP authentication failed",
    ]);
  });

  it("believes exit status 19 when the peer gave no reason", () => {
    const events = readPppdLog("ended-by-peer").filter((event) => event.kind !== "auth-succeeded");
    expect(judge({ events, exitStatus: 19 }).cause).toBe("auth-refused");
  });

  it.each([
    ["is idle (for 20 s, before the next billing unit of 60 s)", "idle", "no traffic (for 20 s, before"],
    ["has used up its time (PON_DAY_TIME)", "time-limit", "hung up at the time limit (PON_DAY_TIME)"],
    ["has used up its bytes (PON_DAY_BYTES)", "traffic-limit", "hung up at the traffic limit (PON_DAY_BYTES)"],
  ])("tells a link that we ended on time: %s", (words, cause, sentence) => {
    const said = parsePppdLine(`pppctl: the link of pppd 600 ${words}: hanging up`);
    const ended = judge({ events: [...readPppdLog("up-then-poff"), said], exitStatus: 5 });
    expect(ended).toMatchObject({ cause, retry: "stop", sentence: expect.stringContaining(sentence) });
  });

  it("tells a link that its probe ended, and a peer that speaks text, by what pon has noted", () => {
    const probed = "pppctl: the link of pppd 600 is up but passes nothing (ping 192.0.2.1): ending it";
    const ended = judge({ events: [...readPppdLog("up-then-poff"), parsePppdLine(probed)], exitStatus: 5 });
    expect(ended).toMatchObject({ cause: "probe-failed", retry: "again", exitStatus: 5 });
    expect(ended.sentence).toContain("ping 192.0.2.1");
    const text = parsePppdLine("pppctl: no PPP came, but text: login:");
    const spoken = judge({ events: [...readPppdLog("lcp-timeout"), text], exitStatus: 16 });
    expect(spoken).toMatchObject({ cause: "no-ppp", sentence: 'the other end speaks no PPP, it sent "login:"' });
    expect(spoken.evidence).toContain(text.text);
  });

  it("reads no kind that pppd/ does not give", () => {
    const given = new Set<string>(sampleLines.map(([line]) => parsePppdLine(line).kind));
    expect(judgedKinds.filter((kind) => !given.has(kind))).toEqual([]);
  });
});

describe("judge, from the dialer's record", () => {
  const events = readPppdLog("connect-program-failed");

  it("prefers it to the exit status", () => {
    const judgement = judge({
      events,
      exitStatus: 8,
      dialFailure: { kind: "abort", string: "BUSY", number: "8765432", elapsedMs: 3210, heard: true },
    });
    expect(judgement).toMatchObject({
      cause: "busy",
      code: "dial.busy",
      sentence: "the modem answered BUSY (dialing 8765432, after 3.2 s)",
      retry: "after-wait",
      evidence: ["Connect script failed"],
      exitStatus: 8,
    });
  });

  it("says what came instead of the expected string", () => {
    const step = { file: "/etc/chatscripts/isp", line: 7, column: 1 };
    expect(
      judge({
        events: [],
        dialFailure: {
          kind: "timeout",
          expected: "CONNECT",
          received: ["ATDT8765432", "RINGING"],
          heard: true,
          timeoutMs: 45_000,
          elapsedMs: 46_020,
          number: "8765432",
          step,
        },
      }),
    ).toMatchObject({
      cause: "expect-timeout",
      sentence:
        '"CONNECT" did not come within 45.0 s, "RINGING" came instead (dialing 8765432, at /etc/chatscripts/isp:7, after 46.0 s)',
      exitStatus: 8,
    });
  });

  it("tells a modem that said nothing at all", () => {
    expect(
      judge({
        events: [],
        dialFailure: { kind: "timeout", expected: "OK", heard: false, timeoutMs: 5000, device: "/dev/ttyS1" },
      }).sentence,
    ).toBe("no answer from the modem on /dev/ttyS1: not one byte within 5.0 s");
  });

  it.each([
    [{ kind: "line-gone" }, "line-lost", 8],
    [{ kind: "interrupted", string: "x" }, "user-request", 5],
    [{ kind: "device-missing", device: "/dev/ttyUSB0" }, "device-missing", 7],
    [{ kind: "lock-failed", device: "/dev/ttyS1", message: "Read-only file system" }, "lock-failed", 6],
  ] as const)("has pppd's exit status for %j", (dialFailure, cause, exitStatus) => {
    expect(judge({ events: [], dialFailure })).toMatchObject({ cause, exitStatus });
  });

  it("names who holds the device", () => {
    expect(
      judge({
        events: [],
        dialFailure: { kind: "device-busy", device: "/dev/ttyS1", holder: { pid: 4711, name: "minicom" } },
      }),
    ).toMatchObject({ sentence: "/dev/ttyS1 is in use by minicom (process 4711)", exitStatus: 6, code: "device.busy" });
  });

  it("a script that was run once more, when the modem had been woken, has its last word alone", () => {
    const silent = ["send (AT^M)", "expect (OK)", "alarm", "Failed"];
    const again = ["send (AT^M)", "expect (OK)", "AT^M^M", "OK", "-- got it", "send (ATD1^M)", "expect (CONNECT)"];
    const read = (...lines: readonly string[]) =>
      judge({ events: lines.map((line) => parsePppdLine(`Nov 25 12:00:00 box chat[77]: ${line}`)), exitStatus: 8 });
    expect(read(...silent)).toMatchObject({ cause: "modem-silent" });
    expect(read(...silent, ...again, "BUSY", "-- failed", "Failed (BUSY)")).toMatchObject({ cause: "busy" });
    expect(read(...silent, ...again, "alarm", "Failed")).toMatchObject({ cause: "expect-timeout" });
    const up = parsePppdLine("Connect: ppp0 <--> /dev/ttyS1");
    const lines = silent.map((line) => parsePppdLine(`Nov 25 12:00:00 box chat[77]: ${line}`));
    expect(judge({ events: [...lines, up], exitStatus: 0 })).toMatchObject({ cause: "ended" });
  });

  it("is not believed against a log line that names the cause", () => {
    expect(
      judge({ events: readPppdLog("carrier-lost"), dialFailure: { kind: "abort", string: "BUSY" }, exitStatus: 16 })
        .cause,
    ).toBe("line-lost");
  });
});

describe("the last attempt of a log", () => {
  const causeOf = (...lines: readonly string[]): Cause => judge({ events: lines.map(parsePppdLine) }).cause;
  const chat = (...lines: readonly string[]): readonly string[] =>
    lines.map((line) => `Nov 20 22:00:00 box chat[7]: ${line}`);
  const refused = [
    "Serial connection established.",
    "Connect: ppp0 <--> /dev/ttyS0",
    "PAP authentication failed",
    "Connection terminated.",
  ];
  const silent = [
    "Serial connection established.",
    "Connect: ppp0 <--> /dev/ttyS0",
    "No response to 4 echo-requests",
    "Connection terminated.",
  ];
  const dialed = chat("send (ATD1^M)", "expect (CONNECT)");

  it.each<[string, readonly string[], Cause]>([
    [
      "hung up by chat(8)",
      [...silent, ...chat("send (+++)", "expect (OK)", "OK", " -- got it"), "Serial link disconnected.", "Exit."],
      "echo-timeout",
    ],
    [
      "where that has failed, too",
      [...silent, ...chat("send (+++)", "expect (OK)", "alarm", "Failed"), "disconnect script failed", "Exit."],
      "echo-timeout",
    ],
    [
      "with a word of ours in between",
      [
        ...silent,
        "pppctl: ip-down: /etc/ppp/ip-down.d/x failed with exit status 1",
        ...chat("send (ATH)", "Failed"),
        "disconnect script failed",
      ],
      "echo-timeout",
    ],
    [
      "the next was dialed by chat(8)",
      [
        ...silent,
        ...chat("send (ATH)"),
        "Serial link disconnected.",
        ...dialed,
        ...chat("BUSY", "Failed (BUSY)"),
        "Connect script failed",
      ],
      "busy",
    ],
    ["and by a chat(8) that says no more", [...refused, ...chat("Failed (BUSY)"), "Connect script failed"], "busy"],
    ["and by a program that says nothing", [...refused, "Connect script failed", "Exit."], "connect-failed"],
    [
      "and what was not dialed is none",
      [...refused, "pppctl: isp is not dialed again: no", "Connect script failed"],
      "auth-refused",
    ],
  ])("%s", (_, lines, cause) => {
    expect(causeOf(...lines)).toBe(cause);
  });
});

describe("judge, from the exit status alone", () => {
  it.each<readonly [number, Cause]>([
    [0, "ended"],
    [1, "pppd-failed"],
    [2, "option-error"],
    [3, "not-root"],
    [4, "no-kernel-ppp"],
    [5, "user-request"],
    [6, "device-busy"],
    [7, "device-failed"],
    [8, "connect-failed"],
    [9, "pty-failed"],
    [10, "negotiation-failed"],
    [11, "peer-not-authenticated"],
    [12, "idle"],
    [13, "time-limit"],
    [14, "callback"],
    [15, "echo-timeout"],
    [16, "line-lost"],
    [17, "loopback"],
    [18, "init-failed"],
    [19, "auth-refused"],
    [20, "traffic-limit"],
    [21, "number-refused"],
    [42, "pppd-failed"],
    [127, "pppd-missing"],
  ])("%i", (exitStatus, cause) => {
    expect(judge({ events: [], exitStatus })).toMatchObject({ cause, exitStatus, evidence: [] });
  });

  it("a tunnel's program counts when the kernel's SIGHUP tells of its line's end, not when somebody hangs up", () => {
    const lines = ["Connect: ppp0 <--> /dev/pts/0", "pppoe: Timeout waiting for PADO packets", "Hangup (SIGHUP)"];
    const tunnel = { kind: "pppoe", iface: "eth1" } as const;
    const causeOf = (...more: readonly string[]): Cause =>
      judge({ events: [...lines, ...more].map(parsePppdLine), tunnel }).cause;
    expect(causeOf("Modem hangup", "Connection terminated.")).toBe("pppoe-silent");
    expect(causeOf("Connection terminated.")).toBe("user-request");
  });

  it("a signal is a crash", () => {
    expect(judge({ events: [], signal: "SIGKILL" })).toMatchObject({
      cause: "pppd-crashed",
      sentence: "pppd was killed by SIGKILL",
      exitStatus: 1,
    });
  });
});

it("errorOfJudgement names the peer first", () => {
  const judgement: Judgement = judge({ events: readPppdLog("chat-busy"), exitStatus: 8 });
  expect(errorOfJudgement("yosefcom", judgement)).toMatchObject({
    code: "dial.busy",
    exitCode: 8,
    message: "yosefcom: the modem answered BUSY (dialing 5550001)",
    hint: causes.busy.hint,
  });
});
