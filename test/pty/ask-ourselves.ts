import { normalize } from "node:path/posix";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import type { FileRead, PeerReading } from "../../src/peer/peer-reading.ts";
import { readPeer } from "../../src/peer/read-peer.ts";
import { installedPppd, oracleWords, type PppdQuestion } from "./pppd-oracle.ts";

/** Our reader's answer to a question for the installed pppd, whose words begin with `file PATH` or `call NAME`. */
export function readOurselves({ words, files, root = true }: PppdQuestion, devices: readonly string[]): PeerReading {
  const { version, plugins } = installedPppd();
  const [how, name = "", ...rest] = words;
  const home = root ? "/root" : "/var/mail";
  const there = new Map(
    Object.entries({ "/etc/ppp/options": "", ...files }).map(([path, content]) => [
      path.replace(/^~/, home),
      typeof content === "string" ? bytesFromLatin1(content) : content,
    ]),
  );
  const read = (path: string): FileRead => {
    if (path === "") return { kind: "missing" };
    if (normalize(path) === "/dev/null") return { kind: "file", bytes: new Uint8Array() };
    const plain = normalize(path).replace(/\/+$/, "");
    const bytes = there.get(plain);
    if (bytes !== undefined) return { kind: "file", bytes };
    const isDirectory = [...there.keys()].some((other) => other.startsWith(`${plain}/`));
    return { kind: isDirectory ? "directory" : "missing" };
  };
  return readPeer({
    name: { file: how === "call" ? `/etc/ppp/peers/${name}` : name },
    extraWords: [...rest, ...oracleWords],
    read,
    deviceKind: (path) => {
      const plain = normalize(path).replace(/(?<=.)\/$/, "");
      if (!plain.startsWith("/dev/")) return plain === "/dev" || there.has(plain) ? "other" : "missing";
      const inDev = plain.slice("/dev/".length);
      if (devices.includes(inDev) || ["null", "tty", "ppp"].includes(inDev)) return "char-device";
      return devices.some((name) => name.startsWith(`${inDev}/`)) ? "other" : "missing";
    },
    version,
    interfaceExists: () => false,
    pluginExists: (word) => plugins.has(word),
    // The users of the questions: root, in root; one in dip and in no group beside it.
    membership: (group) =>
      ["dip", "root"].includes(group) ? (root && group === "root" ? "member" : "other") : "no-group",
    stdinIsTty: false,
    root,
    home,
  });
}
