import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { checkAuthentication } from "../../src/peer/check-authentication.ts";
import type { FileRead } from "../../src/peer/peer-reading.ts";
import { findPeerSecrets } from "../../src/peer/peer-secrets.ts";
import { readOurselves } from "./ask-ourselves.ts";
import { askPppd, type PppdQuestion } from "./pppd-oracle.ts";

const seed = Number(process.env["SEED"] ?? 20_240_901);
const count = 400;
const devices = ["ttyS7"];

const name = fc.constantFrom("*", "*", "joe", "ann", "me", "isp", '""', "'a b'", "\\x2a");
const gap = fc.constantFrom(" ", "\t", " \\\n ", "  ");
const secret = fc.constantFrom("x", '""', "@/nowhere", "'two\nlines'", "a:b:c", "#");
const address = fc.constantFrom("*", "-", "!1.2.3.4", "10.0.0.1", "!*", "--", "# *", "10.0.0.0/8");
const ending = fc.constantFrom("\n", "\n", "\n", "\n\n# c\n", " # joe me x *\n", "\r\n", "");
const line = fc
  .tuple(name, gap, name, gap, fc.option(secret), gap, fc.array(address, { maxLength: 3 }), ending)
  .map(([client, g1, server, g2, word, g3, addresses, end]) =>
    [client, g1, server, g2, word ?? "", g3, addresses.join(" "), end].join(""),
  );
const secretsFile = fc.array(line, { maxLength: 4 }).map((lines) => lines.join(""));
const demand = fc.constantFrom(
  "auth",
  "auth",
  "require-pap",
  "require-chap",
  "require-mschap-v2",
  "require-eap",
  "require-pap require-chap",
  "auth noauth",
  "require-chap login",
  "login auth",
  "auth allow-ip *",
  "auth allow-ip -",
);
const who = fc.constantFrom("name me", "name me", "name ''", "usehostname name me", "name isp", "name me domain d");
const remote = fc.constantFrom(
  "",
  "",
  "remotename joe",
  "remotename ann",
  "remotename ''",
  "remotename '*'",
  "1.1.1.1:",
);

/** pppd demands that the other end proves who it is, and looks whether a secret could serve for it. */
const question: fc.Arbitrary<PppdQuestion> = fc
  .tuple(demand, who, remote, secretsFile, secretsFile, fc.option(secretsFile))
  .map(([auth, local, other, pap, chap, srp]) => ({
    words: ["call", "isp", "ttyS7"],
    files: {
      "/etc/ppp/peers/isp": `${auth} ${local} ${other}\n`,
      "/etc/ppp/pap-secrets": pap,
      "/etc/ppp/chap-secrets": chap,
      ...(srp === null ? {} : { "/etc/ppp/srp-secrets": srp }),
    },
  }));

test(`${count} generated secrets files serve where they serve the installed pppd`, { timeout: 120_000 }, () => {
  const questions = fc.sample(question, { seed, numRuns: count });
  const answers = askPppd(questions, devices);
  const different = questions.flatMap(({ words, files }, i) => {
    const reading = readOurselves({ words, files }, devices);
    const read = (path: string): FileRead => {
      const text = files[path];
      return typeof text === "string" ? { kind: "file", bytes: bytesFromLatin1(text) } : { kind: "missing" };
    };
    const secrets = findPeerSecrets(reading, { read, hostName: "nobody-calls-itself-so" });
    const refusal = checkAuthentication(reading, secrets, { root: true, defaultRoute: false });
    const theirs = answers[i];
    const ours = { status: refusal?.exitCode ?? 0, says: refusal?.pppd ?? "" };
    // Not about who may call.
    const messages = theirs?.messages.filter((text) => !text.startsWith("warning: quoted word")) ?? [];
    const says = theirs?.status === 1 ? messages.join("; ") : "";
    return theirs?.status === ours.status && says === ours.says ? [] : [{ files, ours, theirs }];
  });
  expect(different).toEqual([]);
  const refused = answers.filter(({ status }) => status === 1).length;
  expect(refused).toBeGreaterThan(count / 8);
  expect(refused).toBeLessThan((count * 7) / 8);
});
