/** One entry of an initramfs: a directory, or a regular file with its bytes. */
export type CpioEntry =
  | { readonly path: string; readonly mode: number; readonly type: "directory" }
  | { readonly path: string; readonly mode: number; readonly type: "file"; readonly data: Uint8Array };

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;

/**
 * Packs entries into a "newc" cpio archive, the format of an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Owner is root and the time is 0, so
 * that equal inputs give equal bytes. A directory has to come before what is in it.
 */
export function packCpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  entries.forEach((entry, index) => {
    const data = entry.type === "file" ? entry.data : new Uint8Array();
    const type = entry.type === "file" ? S_IFREG : S_IFDIR;
    parts.push(packEntry(entry.path, type | entry.mode, index + 1, data));
  });
  parts.push(packEntry("TRAILER!!!", 0, 0, new Uint8Array()));
  return Buffer.concat(parts);
}

function packEntry(path: string, mode: number, inode: number, data: Uint8Array): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padToFour(Buffer.concat([Buffer.from(header), name])), padToFour(data)]);
}

function padToFour(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
