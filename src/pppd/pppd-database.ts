import { latin1FromBytes } from "../core/bytes.ts";

/**
 * The variables that a pppd gives its scripts, as it keeps them for everybody to read in its database (main.c, update_db_entry;
 * builds with multilink, Debian's among them). They tell without root which interface, device and addresses are whose. Of a call:
 * IFNAME and DEVICE come when they are known, IPLOCAL when the network is up, CONNECT_TIME when it is down again, until the
 * next call begins.
 */
export type PppdVariables = ReadonlyMap<string, string>;

/** Where it is: Debian, and 2.5 as upstream builds it. */
export const pppdDatabasePaths = ["/run/pppd2.tdb", "/run/pppd/pppd2.tdb"] as const;

/** pppd/tdb.c: the magic and a version, then the size of the hash table, all of it in the machine's byte order. */
const magic = "TDB file\n";
const headerSize = 168;
const recordMagic = 0x26011999;
const recordHeaderSize = 24;

/**
 * Read pppd `pid`'s entry out of the bytes of the database: its key is `pppd` and the pid that it had before it went to the
 * background, its value `NAME=value;NAME=value`. Undefined when it has none, or the file is being changed, or is no such file.
 * A pppd that was killed leaves its entry behind: ask for one that lives.
 */
export function readPppdVariables(bytes: Uint8Array, pid: number): PppdVariables | undefined {
  if (bytes.length < headerSize || textAt(bytes, 0, magic.length) !== magic) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashSize = view.getUint32(36, true);
  let steps = 0;
  for (let bucket = 1; bucket <= hashSize; bucket++) {
    const head = headerSize + 4 * bucket;
    if (head + 4 > bytes.length) return undefined;
    for (let at = view.getUint32(head, true); at !== 0; at = view.getUint32(at, true)) {
      // A chain that is being changed may lead anywhere.
      if (at + recordHeaderSize > bytes.length || view.getUint32(at + 20, true) !== recordMagic) break;
      if (++steps > bytes.length / recordHeaderSize) return undefined;
      const keyLength = view.getUint32(at + 8, true);
      const dataLength = view.getUint32(at + 12, true);
      const start = at + recordHeaderSize;
      if (start + keyLength + dataLength > bytes.length || !/^pppd\d+$/.test(textAt(bytes, start, keyLength))) continue;
      const variables = parseVariables(textAt(bytes, start + keyLength, dataLength));
      if (variables.get("PPPD_PID") === String(pid)) return variables;
    }
  }
  return undefined;
}

/** A value may hold a `;` (a peer's name): what has no `=` belongs to the one before. */
function parseVariables(text: string): PppdVariables {
  const variables = new Map<string, string>();
  let last: string | undefined;
  for (const part of text.replace(/;?\0?$/, "").split(";")) {
    const [, name, value] = /^([A-Z_][A-Z0-9_]*)=(.*)$/s.exec(part) ?? [];
    if (name !== undefined && value !== undefined) {
      variables.set(name, value);
      last = name;
    } else if (last !== undefined) variables.set(last, `${variables.get(last)};${part}`);
  }
  return variables;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return latin1FromBytes(bytes.subarray(at, at + length));
}
