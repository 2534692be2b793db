import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { latin1FromBytes } from "../../src/core/bytes.ts";
import { checkAuthentication } from "../../src/peer/check-authentication.ts";
import { findPeerSecrets } from "../../src/peer/peer-secrets.ts";
import { readPeer } from "../../src/peer/read-peer.ts";
import { findDifferences } from "../../test/unit/peer/compare-with-pppd.ts";
import { askAboutPeers } from "./ask-about-peers.ts";
import type { CorpusResult } from "./check-chat-scripts.ts";

/** What pppd did: the record of one option file. */
interface Expected {
  readonly args: readonly string[];
  /** Files that it includes, by path: the name of another option file here, or `(empty)`. */
  readonly companion_files: Readonly<Record<string, string>>;
  readonly result: {
    readonly rc: number;
    readonly messages: readonly string[];
    readonly options: readonly (readonly [string, string])[] | null;
  };
}

const EMPTY = "(empty)";

/**
 * Read each file of `FOLDER/peers`, or of FOLDER itself, and compare with `expected/peers/NAME.json`; where there is no
 * record, or a file that it includes is not here, with the installed pppd.
 */
export function checkPeers(folder: string): CorpusResult {
  const directory = existsSync(join(folder, "peers")) ? join(folder, "peers") : folder;
  const differences: string[] = [];
  const unrecorded: string[] = [];
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile())
    .sort();
  for (const name of names) {
    const record = join(folder, "expected/peers", `${name}.json`);
    const expected: Expected | undefined = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : undefined;
    const companions = Object.values(expected?.companion_files ?? {});
    if (expected === undefined || companions.some((other) => other !== EMPTY && !existsSync(join(directory, other)))) {
      unrecorded.push(name);
    } else {
      differences.push(...compareWithRecord(directory, name, expected).map((text) => `${name}: ${text}`));
    }
  }
  const asked = askAboutPeers(directory, unrecorded);
  return {
    compared: names.length - asked.skipped.length,
    differences: [...differences, ...asked.differences],
    skipped: asked.skipped,
  };
}

function compareWithRecord(directory: string, name: string, { args, companion_files, result }: Expected) {
  const path = `/etc/ppp/peers/${name}`;
  const files = new Map<string, Uint8Array>([
    ["/etc/ppp/options", new Uint8Array()],
    [path, readFileSync(join(directory, name))],
    ...Object.entries(companion_files).map(
      ([at, other]) => [at, other === EMPTY ? new Uint8Array() : readFileSync(join(directory, other))] as const,
    ),
  ]);
  const world = worldOf(result, latin1FromBytes(files.get(path) ?? new Uint8Array()));
  const reading = readPeer({
    name: { file: path },
    extraWords: args.slice(2),
    read: (file) => {
      const bytes = files.get(file);
      return bytes === undefined ? { kind: "missing" } : { kind: "file", bytes };
    },
    deviceKind: (device) => (world.isThere(device) ? "char-device" : "missing"),
    interfaceExists: world.isInterface,
    pluginExists: world.isPlugin,
    stdinIsTty: false,
  });
  const messages = result.messages
    .filter((text) => !text.startsWith("Warning - secret file"))
    .map((text) => text.replace(/^pppd: /, ""));
  // Said when everything is read: there are no secrets here.
  if (result.rc === 1 && messages.some((text) => text.includes("required to authenticate itself"))) {
    const secrets = findPeerSecrets(reading, { read: () => ({ kind: "missing" }), hostName: "" });
    const refusal = checkAuthentication(reading, secrets, { root: true, defaultRoute: false });
    return messages.join("; ") === refusal?.pppd
      ? []
      : [`status 1 (${messages.join("; ")}), and ours ${refusal?.pppd}`];
  }
  return findDifferences(reading, {
    status: result.rc,
    messages,
    options: result.options ?? undefined,
  });
}

/** Serial ports as anybody names them. */
const DEVICE = /^(modem|tty|rfcomm|ircomm|serial|usb|cua|term|tts|gsm|gprs|com\d|smd|wwan|sierra|telit)/;
const INTERFACE = /^(eth|en[ops]|wl|nas|br|dsl|lan|wan|vlan)[a-z0-9.]*[0-9]/;
const PLUGIN =
  /^(rp-pppoe|pppoe|pppoatm|pppol2tp|openl2tp|radius|radattr|radrealms|minconn|passwordfd|passprompt|winbind)\.so$/;

/**
 * What was there when pppd was asked, as far as its answer shows: what it names, and not what it does not know. A device
 * that the file names by its path was made for the question.
 */
function worldOf(
  { messages, options }: Expected["result"],
  text: string,
): {
  isThere: (path: string) => boolean;
  isInterface: (name: string) => boolean;
  isPlugin: (word: string) => boolean;
} {
  const isUnknown = (word: string): boolean => messages.some((text) => text.endsWith(`unrecognized option '${word}'`));
  const isPrinted = (word: string): boolean => options?.some(([text]) => text === word) === true;
  return {
    isThere: (path) => {
      const name = path.replace(/^\/dev\/+/, "");
      const isPlausible = DEVICE.test(name) || (path.startsWith("/dev/") && name !== "" && text.includes(path));
      return isPrinted(path) || (isPlausible && !isUnknown(path) && !isUnknown(name));
    },
    isInterface: (name) => isPrinted(name) || (INTERFACE.test(name) && !isUnknown(name) && !isUnknown(`nic-${name}`)),
    isPlugin: (word) =>
      PLUGIN.test(basename(word)) && !messages.some((text) => text.endsWith(`Couldn't load plugin ${word}`)),
  };
}
