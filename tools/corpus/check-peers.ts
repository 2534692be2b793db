import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPeer } from "../../src/peer/read-peer.ts";
import { findDifferences } from "../../test/unit/peer/compare-with-pppd.ts";
import { notPrinted } from "../../test/unit/peer/dump.ts";
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

/** Serial ports as anybody names them. */
const DEVICE = /^\/dev\/+(modem|tty|rfcomm|ircomm|serial|usb|cua|term|tts)/;
const EMPTY = "(empty)";
const PLUGINS = /^(rp-pppoe|pppoe|pppoatm|pppol2tp|radius|radattr|minconn|passwordfd|passprompt|winbind)\.so$/;

/** Read each file of `peers` and compare with `expected/peers/NAME.json`. */
export function checkPeers(folder: string): CorpusResult {
  const differences: string[] = [];
  const skipped: string[] = [];
  let compared = 0;
  for (const name of readdirSync(join(folder, "peers")).sort()) {
    const record = join(folder, "expected/peers", `${name}.json`);
    if (!existsSync(record)) {
      differences.push(`${name}: there is no record of what pppd does (${record})`);
      continue;
    }
    const { args, companion_files, result }: Expected = JSON.parse(readFileSync(record, "utf8"));
    const path = `/etc/ppp/peers/${name}`;
    const absent = Object.values(companion_files).find(
      (other) => other !== EMPTY && !existsSync(join(folder, "peers", other)),
    );
    if (absent !== undefined) {
      skipped.push(`${name}: not compared: it includes ${absent}, which is not here`);
      continue;
    }
    const files = new Map<string, Uint8Array>([
      ["/etc/ppp/options", new Uint8Array()],
      [path, readFileSync(join(folder, "peers", name))],
    ]);
    for (const [at, other] of Object.entries(companion_files)) {
      const source = join(folder, "peers", other);
      files.set(at, other === EMPTY ? new Uint8Array() : readFileSync(source));
    }
    const reading = readPeer({
      name: { file: path },
      extraWords: args.slice(2),
      read: (file) => {
        const bytes = files.get(file);
        return bytes === undefined ? { kind: "missing" } : { kind: "file", bytes };
      },
      deviceKind: (device) => (DEVICE.test(device) ? "char-device" : "missing"),
      interfaceExists: (word) => /^(eth|en[ops]|wl|nas|br)[a-z0-9]*[0-9]/.test(word),
      pluginExists: (word) => PLUGINS.test(word),
      stdinIsTty: false,
    });
    compared++;
    const found = findDifferences(reading, {
      status: result.rc,
      messages: result.messages.map((text) => text.replace(/^pppd: /, "")),
      options: result.options?.filter(([text]) => !notPrinted.has(text.split(" ")[0] ?? "")),
    });
    differences.push(...found.map((text) => `${name}: ${text}`));
  }
  return { compared, differences, skipped };
}
