import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { parsePeerName } from "../../../src/core/peer-name.ts";
import { analyseCommand } from "../../../src/peer/chat-command.ts";
import { describeFinding, findingJson } from "../../../src/peer/finding.ts";
import { formatOption, formatWord } from "../../../src/peer/format-option.ts";
import { maskOption } from "../../../src/peer/mask-option.ts";
import { chooseVersion } from "../../../src/peer/option-index.ts";
import { PeerUnreadableError, peerError } from "../../../src/peer/peer-error.ts";
import type { FileRead, PeerRequest } from "../../../src/peer/peer-reading.ts";
import { needsPppdsCall, planDial } from "../../../src/peer/plan-dial.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";
import { splitShellWords } from "../../../src/peer/shell-words.ts";
import { readWords } from "../../../src/peer/words.ts";

const peersDir = "/etc/ppp/peers";

function readText(text: string, more: Partial<PeerRequest> & { files?: Record<string, string | FileRead> } = {}) {
  const { files = {}, ...request } = more;
  return readPeer({
    name: parsePeerName("isp"),
    read: (path) => {
      const content = path === `${peersDir}/isp` ? (files[path] ?? text) : files[path];
      if (content === undefined) return { kind: "missing" };
      return typeof content === "string" ? { kind: "file", bytes: bytesFromLatin1(content) } : content;
    },
    deviceKind: (path) => (path === "/dev/ttyS0" || path === "/dev/ttyS1" ? "char-device" : "missing"),
    ...request,
  });
}

const wordsOf = (text: string) => [...readWords(text, "f")].map((word) => word.text);
const codesOf = (reading: ReturnType<typeof readText>) => reading.findings.map((finding) => finding.code);

describe("words", () => {
  test.each([
    ["a b\tc\r\nd\fe\vf", ["a", "b", "c", "d", "e", "f"]],
    ["a#b c\nd", ["a", "d"]],
    ["connect 'chat -T #APN'", ["connect", "chat -T #APN"]],
    ["a\"b c\"d'e f'", ["ab cde f"]],
    ["'a\nb' \\x41\\101\\q\\s.", ["a\nb", "AAq ."]],
    ['"" x', ["", "x"]],
    ['x ""', ["x"]],
    ["a\\\nb \\\n c", ["ab", "c"]],
    ["# only \\", []],
    ["\\", []],
    ["a\0b c", ["a", "c"]],
    ["\\xg", ["g"]],
  ])("%j", (text, words) => expect(wordsOf(text)).toEqual(text === "\\xg" ? [""] : words));

  test("positions count lines and bytes", () => {
    const words = [...readWords('mtu 1400 # x\n\n  user\t"a\nb" c', "f")];
    expect(words.map(({ text, position }) => [text, position.line, position.column])).toEqual([
      ["mtu", 1, 1],
      ["1400", 1, 5],
      ["user", 3, 3],
      ["a\nb", 3, 8],
      ["c", 4, 4],
    ]);
  });

  test("long words and open quotes", () => {
    expect([...readWords("x".repeat(1023), "f")][0]?.warning).toBeUndefined();
    const [long] = [...readWords("x".repeat(1024), "f")];
    expect([long?.text.length, long?.warning]).toEqual([1023, "too-long"]);
    expect([...readWords("user 'a b", "f")][1]).toMatchObject({ text: "a b", warning: "open-quote" });
  });

  test("a printed word is read back", () => {
    const word = fc
      .array(fc.integer({ min: 1, max: 255 }), { maxLength: 255 })
      .map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(wordsOf(`${words.map(formatWord).join(" ")}\n`)).toEqual(words);
      }),
    );
  });
});

describe("readPeer", () => {
  test("any bytes give a reading", () => {
    const bytes = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 })
      .map((codes) => String.fromCharCode(...codes));
    const snippets = fc.constantFrom(
      "mtu ",
      "connect ",
      "\\x",
      '"',
      "#",
      "\n",
      "file f",
      "call isp",
      "plugin x.so ",
      ":",
      "set A=",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, snippets)), (parts) => {
        const reading = readText(parts.join(""));
        planDial(reading);
        for (const option of reading.options) formatOption(maskOption(option));
      }),
    );
  });

  test.each([
    ["mtoo 1400", "peer.unknown-option", 2, "/etc/ppp/peers/isp:1:1: unknown option 'mtoo'"],
    ["mtu 1400 user", "peer.missing-argument", 2, "/etc/ppp/peers/isp:1:10: user needs a value"],
    ["call ../x", "peer.call-refused", 2, "/etc/ppp/peers/isp:1:6: pppd refuses"],
    ["call isp", "peer.loop", 2, "/etc/ppp/peers/isp:1:6: /etc/ppp/peers/isp includes itself"],
    ["call other", "peer.missing", 2, "/etc/ppp/peers/isp:1:6: /etc/ppp/peers/other does not exist"],
    ["mtu 1x\nmtu ten", "peer.out-of-range", 2, "/etc/ppp/peers/isp:1:5: mtu must be"],
    ["mru ten", "peer.bad-number", 2, "/etc/ppp/peers/isp:1:5: mru needs a number"],
    ["/dev/ttyUSB0", "device.missing", 2, "/etc/ppp/peers/isp:1:1: /dev/ttyUSB0 is not there"],
    ["ttyUSB0", "device.missing", 2, "/etc/ppp/peers/isp:1:1: /dev/ttyUSB0 is not there"],
    ["\x7fELF\x02\x01\x01\0\0\0", "peer.binary", 2, "/etc/ppp/peers/isp:1:1: this is a binary file"],
    ["pass-filter '(ip or tcp'", "peer.bad-value", 2, "/etc/ppp/peers/isp:1:13: pass-filter is no expression"],
    ["plugin pppol2tp.so\npppol2tp 7", "peer.bad-value", 1, "/etc/ppp/peers/isp:2:10: pppol2tp 7 names no open socket"],
    ["ttyS0 usepeerwins", "peer.unknown-option", 2, "usepeerwins is new in pppd 2.5.0"],
  ])("%j: %s", (text, code, exitCode, message) => {
    const error = peerError(readText(text));
    expect(error).toMatchObject({ code, exitCode });
    expect(error?.message).toContain(message);
  });

  test("a device that is missing does not stop the reader", () => {
    const reading = readText("/dev/ttyUSB0 115200 noauth");
    expect(codesOf(reading)).toEqual(["device.missing"]);
    expect(reading.device).toMatchObject({ path: "/dev/ttyUSB0", missing: true });
    expect(peerError(reading, "ignore")).toBeUndefined();
    expect(planDial(reading)).toMatchObject({ kind: "serial", noauth: true, speed: { value: 115200 } });
  });

  test.each([
    [
      "missing",
      "peer.missing",
      [
        "The file /etc/ppp/peers/isp does not exist. Please create it or use",
        "a command line argument to use another file in the /etc/ppp/peers/ directory.",
      ],
    ],
    ["denied", "peer.denied", ["Error: only members of the 'dip' group can use this command."]],
    ["directory", "peer.directory", undefined],
    ["not-a-file", "peer.not-a-file", undefined],
  ] as const)("a peer that is %s", (kind, code, lines) => {
    const error = peerError(readText("", { files: { [`${peersDir}/isp`]: { kind } } }));
    expect(error).toBeInstanceOf(PeerUnreadableError);
    expect(error).toMatchObject({ code, exitCode: 1, lines });
  });

  test("sources, privileges and what wins", () => {
    const reading = readText("ttyS0 user a call b file /f", {
      extraWords: ["user", "z", "115200"],
      root: false,
      home: "/home/u",
      files: {
        "/etc/ppp/options": "lock user o",
        "/home/u/.ppprc": "debug",
        [`${peersDir}/b`]: "noauth",
        "/f": "nolock",
        "/etc/ppp/options.ttyS0": "user t\nmtu 1300",
      },
    });
    expect(reading.findings).toEqual([]);
    expect(reading.options.map((o) => [o.name, o.args[0] ?? "", o.source, o.privileged, o.effective])).toEqual([
      ["lock", "", "options-file", true, false],
      ["user", "o", "options-file", true, false],
      ["debug", "", "ppprc", false, true],
      ["device", "/dev/ttyS0", "peer", true, true],
      ["user", "a", "peer", true, false],
      ["call", "b", "peer", true, true],
      ["noauth", "", "peer", true, true],
      ["file", "/f", "peer", true, true],
      ["nolock", "", "file", true, true],
      ["user", "z", "command-line", false, true],
      ["speed", "115200", "command-line", false, true],
      ["user", "t", "tty-options", true, false],
      ["mtu", "1300", "tty-options", true, true],
    ]);
    expect(reading.options[4]?.overrides).toEqual({ file: "/etc/ppp/options", line: 1, column: 6 });
  });

  test("without root: no privileged words, and a root's connect stays", () => {
    const options = { root: false, files: { "/etc/ppp/options": "" } };
    expect(codesOf(readText("ttyS0", { ...options, extraWords: ["noauth"] }))).toEqual(["peer.privilege"]);
    expect(codesOf(readText("ttyS0 connect a", { ...options, extraWords: ["connect", "b"] }))).toEqual(["peer.fixed"]);
    expect(codesOf(readText("ttyS0 connect a", { extraWords: ["connect", "b"] }))).toEqual([]);
    expect(
      codesOf(readText("ttyS0 defaultroute", { ...options, extraWords: ["defaultroute"], version: "2.5.3" })),
    ).toEqual(["peer.privilege"]);
  });

  test("what the machine has: groups, plugins; what the device's own file may not say", () => {
    const found = (text: string, options: Parameters<typeof readText>[1]) =>
      readText(`ttyS0 ${text}`, options).findings.map(({ code, position: { file, line, column }, exitCode }) => {
        return `${file}:${line}:${column} ${code} ${exitCode}`;
      });
    const membership = (group: string) => (group === "dip" ? "other" : "no-group");
    expect(found("privgroup nosuch", { membership })).toEqual(["/etc/ppp/peers/isp:1:17 peer.no-group 2"]);
    expect(found("privgroup dip", { membership })).toEqual([]);
    const pluginExists = (word: string) => word === "radius.so";
    expect(found("plugin nosuch.so", { pluginExists })).toEqual(["/etc/ppp/peers/isp:1:14 peer.plugin-missing 2"]);
    expect(found("plugin radius.so", { pluginExists })).toEqual([]);
    const tty = (text: string) => ({ files: { "/etc/ppp/options.ttyS0": text } });
    expect(found("", tty("\n ttyS1\n"))).toEqual(["/etc/ppp/options.ttyS0:2:2 peer.device-fixed 2"]);
    expect(found("", tty("\n mtu 1400\n"))).toEqual([]);
  });

  test("demand without IPv6 identifiers: pppd 2.5 makes them up", () => {
    const codes = (version: "2.4.9" | "2.5.0" | "2.5.2", more = "") =>
      codesOf(readText(`ttyS0 demand connect a ${more}`, { version }));
    expect(codes("2.4.9")).toEqual(["peer.conflict"]);
    expect(codes("2.4.9", "noipv6")).toEqual([]);
    expect([codes("2.5.0"), codes("2.5.2")]).toEqual([[], []]);
  });

  test("ifname is cut where each release cuts it", () => {
    const cut = (version: "2.4.9" | "2.5.0") =>
      readText(`notty ifname ${"a".repeat(40)}`, { version }).options.find(({ name }) => name === "ifname")?.args;
    expect(cut("2.4.9")).toEqual(["a".repeat(31)]);
    expect(cut("2.5.0")).toEqual(["a".repeat(15)]);
  });

  test("device words of channel plugins", () => {
    const interfaceExists = (name: string) => name === "eth0";
    const refusal = (text: string) => peerError(readText(text, { interfaceExists }))?.code;
    expect(refusal("plugin pppoe.so eth0:1")).toBeUndefined();
    expect(refusal("plugin pppoe.so nic-eth0 eth0")).toBeUndefined();
    expect(refusal("plugin pppoe.so eth1")).toBe("device.missing");
    expect(refusal("plugin pppoe.so eth0 pppoe-mac 0:1:2:3:4:5")).toBeUndefined();
    expect(refusal("plugin pppoe.so eth0 pppoe-mac 0:1:2:3:4")).toBe("peer.conflict");
    expect(refusal("plugin pppoatm.so 8.35")).toBeUndefined();
    expect(refusal("plugin pppoatm.so 0.8.35 8.35")).toBe("peer.unknown-option");
    expect(refusal("plugin radattr.so")).toBe("peer.plugin-order");
    expect(refusal("ttyS0 plugin radius.so plugin radattr.so")).toBeUndefined();
  });

  test("/etc/ppp/options that only root may read: pppd can, its user's home it reads as the user", () => {
    const files = { "/etc/ppp/options": { kind: "denied" } as const };
    expect(codesOf(readText("ttyS0", { files, root: false }))).toEqual(["peer.root-only"]);
    const rc = { "/etc/ppp/options": "", "/home/u/.ppprc": { kind: "denied" } as const };
    expect(codesOf(readText("ttyS0", { files: rc, root: false, home: "/home/u" }))).toEqual(["peer.denied"]);
  });

  test("an option that swallows the next line, a foreign plugin's option", () => {
    expect(codesOf(readText("ttyS0 user\nnoauth"))).toEqual(["peer.swallowed-option"]);
    expect(codesOf(readText("ttyS0 plugin sstp.so sstp-sock x"))).toEqual([
      "peer.unknown-plugin-option",
      "peer.unknown-plugin-option",
    ]);
    expect(readText("ttyS0 noath").findings[0]?.hint).toBe("did you mean noauth?");
  });
});

test("a finding for people and for programs", () => {
  const [finding] = readText("  n\xc3\xbcx\\033\n").findings;
  if (finding === undefined) throw new Error("no finding");
  expect(describeFinding(finding)).toBe(
    "/etc/ppp/peers/isp:1:3: error: unknown option 'nüx\\x1b'\n" +
      "  pppd says: In file /etc/ppp/peers/isp: unrecognized option 'nüx\\x1b'\n" +
      "  fix: correct or remove it; pppd(8) lists all options\n",
  );
  expect(findingJson(finding)).toEqual({
    severity: "error",
    code: "peer.unknown-option",
    file: "/etc/ppp/peers/isp",
    line: 1,
    column: 3,
    message: "unknown option 'nüx\u001b'",
    fix: "correct or remove it; pppd(8) lists all options",
    pppd: "In file /etc/ppp/peers/isp: unrecognized option 'nüx\u001b'",
  });
});

test("chooseVersion", () => {
  expect(["2.4.7", "2.4.9", "2.5.2", "2.5.9", "2.10.0", "?"].map(chooseVersion)).toEqual([
    "2.4.9",
    "2.4.9",
    "2.5.2",
    "2.5.3",
    "2.5.3",
    "2.4.9",
  ]);
});

describe("shell words", () => {
  test.each([
    [`/usr/sbin/chat -v  -f "/a b"`, ["/usr/sbin/chat", "-v", "-f", "/a b"]],
    [`chat '' \\"\\" AT\\&F "\\a\\\\b" 'x'y\n`, ["chat", "", '""', "AT&F", "\\a\\b", "xy"]],
    ["chat \\\n -v", ["chat", "-v"]],
    ["chat $ a$", ["chat", "$", "a$"]],
    ["", []],
  ])("%j", (text, words) => expect(splitShellWords(text)).toEqual({ kind: "plain", words }));

  test.each([
    ["chat -T $N -f $\x7bF}", ["chat", "-T", "5551", "-f", "/a", "b"]],
    ['chat "$F" x$F.', ["chat", "/a b", "x/a", "b."]],
    ['chat $E "" "$E" a$E', ["chat", "", "", "a"]],
  ])("%j with variables that the peer sets", (text, words) => {
    const variables = new Map(Object.entries({ N: "5551", F: "/a b", E: "" }));
    expect(splitShellWords(text, variables)).toEqual({ kind: "plain", words });
    expect(splitShellWords(text).kind).toBe("not-plain");
  });

  test.each([
    ["chat -T *99***1# -f x", ["chat", "-T", "*99***1#", "-f", "x"]],
    ["a ? [b]", ["a", "?", "[b]"]],
  ])("%j is taken as it stands: no file has such a name", (text, words) => {
    expect(splitShellWords(text)).toEqual({ kind: "plain", words });
  });

  test.each([
    "a | b",
    "a; b",
    "a & b",
    "a > b",
    "a $B",
    'a "$B"',
    "a `b`",
    "a\nb",
    "a 'b",
    'a "b',
    "a \\",
    "a #b",
    "~/a",
    "(a)",
    "{a}",
    "a $'b'",
  ])("%j is not plain", (text) => expect(splitShellWords(text).kind).toBe("not-plain"));
});

describe("a connect command", () => {
  const at = { file: "f", line: 1, column: 1 };
  test.each([
    ["exec /usr/sbin/chat -v -f x", ["-v", "-f", "x"]],
    ["/usr/local/bin/pppctl chat -v -f x", ["-v", "-f", "x"]],
    ["pppctl chat", []],
    ["pppctl chat -- -OK x", ["--", "-OK", "x"]],
  ])("%s is one call of chat", (text, argv) => {
    expect(analyseCommand(text, at)).toMatchObject({ kind: "chat", argv });
  });

  test("a PATH of the peer's own may find another chat", () => {
    const path = new Map([["PATH", "/opt"]]);
    expect(analyseCommand("chat -f x", at, path)).toMatchObject({ kind: "command", why: "the peer sets PATH" });
    expect(analyseCommand("/usr/sbin/chat -f x", at, path).kind).toBe("chat");
  });

  test.each(["pppctl dial", "pppctl chat --strict -f x", "/opt/chat -f x", "notpppctl chat -f x"])(
    "%s is left to the shell",
    (text) => expect(analyseCommand(text, at)).toMatchObject({ kind: "command" }),
  );
});

describe("planDial", () => {
  test("everything of a modem peer", () => {
    const plan = planDial(
      readText(
        `/dev/ttyS0 57600 crtscts local lock updetach maxfail 3 holdoff 7 connect-delay 5000 logfd 2
         connect 'exec chat -vt3 -f /old -ef "/a b" -T 5551' disconnect "sh -c x" welcome "" ipparam p
         set PON_REDIAL=5 set A=1 unset A ip-up-script /x ipv6 ::1,::2 user u name n remotename r`,
      ),
    );
    expect(plan).toMatchObject({
      kind: "serial",
      device: { value: "/dev/ttyS0", missing: false },
      speed: { value: 57600 },
      flowControl: "rtscts",
      modemLines: "local",
      lock: true,
      detach: "updetach",
      maxfail: { value: 3 },
      holdoff: { value: 7 },
      connectDelay: { value: 5000 },
      logfd: { value: 2 },
      connect: {
        kind: "chat",
        argv: ["-vt3", "-f", "/old", "-ef", "/a b", "-T", "5551"],
        scriptFile: "/a b",
        position: { line: 2, column: 18 },
      },
      disconnect: { kind: "command", text: "sh -c x", why: "sh is not chat(8)" },
      welcome: { kind: "none" },
      init: { kind: "none" },
      user: { value: "u" },
      localName: { value: "n" },
    });
    expect([...plan.settings].map(([name, { value }]) => [name, value])).toEqual([["PON_REDIAL", "5"]]);
    expect([...plan.unset]).toEqual(["A"]);
    expect(plan.hookScripts.get("ip-up-script")?.value).toBe("/x");
    expect(needsPppdsCall(plan)).toBe(false);
  });

  test.each([
    ["pty 'pptp x'", "pty"],
    ["socket a:1", "socket"],
    ["plugin rp-pppoe.so eth0", "plugin"],
    ["noauth", "stdin"],
    ["ttyS1", "serial"],
  ])("%s: %s", (text, kind) => expect(planDial(readText(text)).kind).toBe(kind));

  test.each(["persist", "demand connect x noipv6", "init x"])("pppd's call: %s", (text) =>
    expect(needsPppdsCall(planDial(readText(`ttyS0 ${text}`)))).toBe(true),
  );
  test("nopersist from the command line wins", () =>
    expect(needsPppdsCall(planDial(readText("ttyS0 persist", { extraWords: ["nopersist"] })))).toBe(false));
});

test("secrets are masked", () => {
  expect(maskOption({ name: "password", args: ["x"] }).args).toEqual(["??????"]);
  expect(maskOption({ name: "set", args: ["SIM_PIN=1=2"] }).args).toEqual(["SIM_PIN=??????"]);
  expect(maskOption({ name: "set", args: ["A=1"] }).args).toEqual(["A=1"]);
});

describe("the examples", () => {
  const folder = new URL("../../../peers/", import.meta.url);
  const scripts = new URL("../../../chatscripts/", import.meta.url);
  test.each(readdirSync(folder))("%s", (name) => {
    const bytes = readFileSync(new URL(name, folder));
    const reading = readPeer({
      name: parsePeerName(name),
      read: (path) => (path === `${peersDir}/${name}` ? { kind: "file", bytes } : { kind: "missing" }),
      deviceKind: () => "missing",
    });
    expect(codesOf(reading).filter((code) => code !== "device.missing")).toEqual([]);
    const plan = planDial(reading);
    if (plan.kind === "pty") {
      expect(name).toBe("yosefcom-pptp");
      return;
    }
    expect(plan).toMatchObject({
      kind: "serial",
      noauth: true,
      connect: { kind: "chat", scriptFile: `/etc/chatscripts/${name}` },
    });
    expect(readFileSync(new URL(name, scripts), "latin1")).toMatch(/^CONNECT /m);
  });

  test("the scripts and the peers belong together", () => {
    expect(readdirSync(folder).sort()).toEqual(["demo", "gsm", "isp-login", "yosefcom", "yosefcom-pptp"]);
    expect(readdirSync(scripts).sort()).toEqual(["demo", "gsm", "isp-login", "yosefcom"]);
  });
});
