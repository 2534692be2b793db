import { describe, expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { parsePeerName } from "../../../src/core/peer-name.ts";
import { checkAuthentication } from "../../../src/peer/check-authentication.ts";
import type { Finding } from "../../../src/peer/finding.ts";
import type { FileRead, PeerRequest, PppdVersion } from "../../../src/peer/peer-reading.ts";
import { findPeerSecrets } from "../../../src/peer/peer-secrets.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";
import { findSecretLine, readSecretsFile } from "../../../src/peer/secrets-file.ts";

const pap = "/etc/ppp/pap-secrets";
const linesOf = (text: string) => readSecretsFile(bytesFromLatin1(text), pap);

function reader(files: Readonly<Record<string, string | FileRead>>) {
  return (path: string): FileRead => {
    const content = files[path];
    if (content === undefined) return { kind: "missing" };
    return typeof content === "string" ? { kind: "file", bytes: bytesFromLatin1(content) } : content;
  };
}

test("lines, words and quotes of a secrets file", () => {
  const lines = linesOf(
    `# client server secret addresses
"a b"	* 'x # y' 10.0.0.1 !10.0.0.2 -- mtu 1400
joe\\
 isp "" *
short isp
joe * @/etc/secret -
c * ${"s".repeat(257)}
open * ""`,
  );
  expect(lines.map(({ client, server, position }) => [client, server, position.line, position.column])).toEqual([
    ["a b", "*", 2, 1],
    ["joe", "isp", 3, 1],
    ["joe", "*", 6, 1],
    ["c", "*", 7, 1],
  ]);
  expect(lines[0]).toMatchObject({
    addresses: ["10.0.0.1", "!10.0.0.2"],
    options: ["mtu", "1400"],
    allowsAddress: true,
    secret: { empty: false, tooLong: false, position: { line: 2, column: 9 } },
  });
  expect(lines.map(({ allowsAddress }) => allowsAddress)).toEqual([true, true, false, false]);
  expect(lines.map(({ secret }) => [secret.empty, secret.file, secret.tooLong])).toEqual([
    [false, undefined, false],
    [true, undefined, false],
    [false, "/etc/secret", false],
    [false, undefined, true],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/x # y|sss/);
});

describe("which line wins", () => {
  const text = "* * 1\n* isp 2\njoe * 3\njoe isp 4\njoe isp 5\n* isp 6\n";
  test.each([
    [{ client: "joe", server: "isp" }, 4],
    [{ client: "joe", server: "other" }, 3],
    [{ client: "ann", server: "isp" }, 2],
    [{ client: "ann", server: "other" }, 1],
    // Not known yet: any name matches, and a name counts more than `*`.
    [{ client: "joe" }, 4],
    [{ server: "other" }, 3],
    [{ client: "ann" }, 2],
  ])("%j: line %i", (query, line) => {
    expect(findSecretLine(linesOf(text), query)?.position.line).toBe(line);
  });

  test("none, and an empty file", () => {
    expect(findSecretLine(linesOf("joe isp x\n"), { client: "ann" })).toBeUndefined();
    expect(findSecretLine(linesOf(""), {})).toBeUndefined();
  });

  test("a line whose @file gives no secret is passed over, when the secret is wanted", () => {
    const lines = linesOf("joe isp @/nowhere\njoe * @/empty\njoe * @/there\n");
    const findings: Finding[] = [];
    const read = reader({ "/empty": "# nothing\n", "/there": "# comment\n'' more\n" });
    const line = findSecretLine(lines, { client: "joe", server: "isp" }, read, (finding) => findings.push(finding));
    expect(line).toMatchObject({ position: { line: 3 }, secret: { file: "/there", empty: true } });
    expect(findings.map(({ position, pppd }) => [position.line, pppd])).toEqual([
      [1, "can't open indirect secret file /nowhere"],
      [2, "no secret in indirect secret file /empty"],
    ]);
    expect(findSecretLine(lines, { client: "joe", server: "isp" })?.position.line).toBe(1);
  });
});

const read = (
  peer: string,
  files: Readonly<Record<string, string | FileRead>> = {},
  more: Pick<PeerRequest, "version" | "extraWords"> = {},
) =>
  readPeer({
    ...more,
    name: parsePeerName("isp"),
    read: reader({ "/etc/ppp/peers/isp": `${peer}\n`, ...files }),
    deviceKind: () => "char-device",
  });

function secretsOf(peer: string, files: Readonly<Record<string, string | FileRead>>) {
  return findPeerSecrets(read(peer, files), { read: reader(files), hostName: "box" });
}

describe("the secret of a peer", () => {
  const files = {
    [pap]: "joe isp p1\njoe * p2\nbox * p3\nbox.lan * p4\n",
    "/etc/ppp/chap-secrets": "joe isp c1\njoe * c2\n",
  };
  const at = (kind: "pap" | "chap", peer: string) => {
    const source = secretsOf(peer, files).sources[kind];
    return source.kind === "line" ? `${source.line.position.line}${source.ifServerSaysSo ? "?" : ""}` : source.kind;
  };

  test.each([
    // PAP's server does not say who it is: any line does, a name counts more.
    ["user joe", "1", "1?"],
    ["user joe remotename isp", "1", "1"],
    ["user joe remotename else", "2", "2"],
    ["user joe 10.0.0.1:isp", "1", "1?"],
    ["", "3", "none"],
    ["domain lan", "4", "none"],
    ["domain .lan", "4", "none"],
    ["name joe", "1", "1?"],
    ["name joe usehostname", "3", "none"],
    ["user ann", "none", "none"],
    ["user joe password x", "password", "password"],
    ["user joe password ''", "password", "1?"],
    ["user joe refuse-pap refuse-chap", "refused", "1?"],
    ["user joe refuse-chap refuse-mschap refuse-mschap-v2", "1", "refused"],
    ["plugin passwordfd.so passwordfd 3", "plugin", "plugin"],
  ])("%s: pap %s, chap %s", (peer, inPap, inChap) => {
    expect([at("pap", `ttyS0 ${peer}`), at("chap", `ttyS0 ${peer}`)]).toEqual([inPap, inChap]);
  });

  test("why there is none", () => {
    const { sources } = secretsOf("user ann", { [pap]: { kind: "denied" }, "/etc/ppp/chap-secrets": "" });
    expect(sources).toMatchObject({
      pap: { kind: "none", why: "denied" },
      chap: { kind: "none", why: "no-line" },
      srp: { kind: "none", why: "no-file", file: "/etc/ppp/srp-secrets" },
    });
  });
});

describe("who must prove who it is", () => {
  const caller = { root: true, defaultRoute: true };
  const refusal = (peer: string, files: Readonly<Record<string, string | FileRead>> = {}, who = caller) =>
    checkAuthentication(read(`ttyS0 ${peer}`, files), secretsOf(`ttyS0 ${peer}`, files), who);

  test.each([
    ["auth", {}, true],
    ["auth noauth", {}, false],
    ["noauth", {}, false],
    ["", {}, false],
    ["auth allow-ip *", {}, false],
    ["require-pap login", {}, false],
    ["require-chap login", {}, true],
    ["auth plugin radius.so", {}, false],
    ["auth", { [pap]: "joe box x *" }, false],
    ["auth", { [pap]: "joe box x" }, true],
    ["auth", { [pap]: "joe else x *" }, true],
    ["require-chap", { [pap]: "joe box x *" }, true],
    ["auth remotename ann", { [pap]: "joe box x *" }, true],
    ["auth", { "/etc/ppp/chap-secrets": "joe box x *" }, false],
    ["require-eap", { "/etc/ppp/chap-secrets": "joe box x *" }, false],
    ["auth", { [pap]: { kind: "denied" } as const }, false],
  ])("%s, %j: refused %s", (peer, files, refused) => {
    expect(refusal(peer, files) !== undefined).toBe(refused);
  });

  test("a default route makes pppd demand it of calls that are not root's", () => {
    const user = { root: false, defaultRoute: true };
    expect(refusal("", {}, user)?.pppd).toContain("because this system has a default route");
    expect(refusal("", {}, { root: false, defaultRoute: false })).toBeUndefined();
    expect(refusal("noauth", {}, user)).toBeUndefined();
  });

  test("pppd 2.5.3 demands it of all calls that are not root's", () => {
    const demanded = (version: PppdVersion, peer = "", root = false) => {
      const reading = read(`ttyS0 ${peer}`, {}, { version });
      return checkAuthentication(reading, secretsOf(`ttyS0 ${peer}`, {}), { root, defaultRoute: false });
    };
    expect(demanded("2.5.2")).toBeUndefined();
    expect(demanded("2.5.3")).toMatchObject({ code: "auth.peer-not-provable", exitCode: 1 });
    expect(demanded("2.5.3", "noauth")).toBeUndefined();
    expect(demanded("2.5.3", "", true)).toBeUndefined();
  });

  test("require-eap, the one demand without priority, comes after noauth of any source", () => {
    const reading = (demand: string) => read("ttyS0", { "/etc/ppp/options.ttyS0": demand }, { extraWords: ["noauth"] });
    const refused = (demand: string) => checkAuthentication(reading(demand), secretsOf("ttyS0", {}), caller)?.position;
    expect(refused("require-eap\n")).toMatchObject({ file: "/etc/ppp/options.ttyS0", line: 1 });
    expect(refused("require-pap\n")).toBeUndefined();
  });
});
