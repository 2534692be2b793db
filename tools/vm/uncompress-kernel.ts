import { execFileSync } from "node:child_process";

/** Offsets in the header of a bzImage (Documentation/x86/boot.rst). */
const SETUP_SECTORS = 0x1f1;
const MAGIC = 0x202;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;

const XZ_MAGIC = "fd377a585a00";
const ELF_MAGIC = "7f454c46";

/**
 * Takes the ELF kernel out of a bzImage. An emulated processor needs several seconds to uncompress it, and
 * qemu boots the ELF image itself (by its PVH entry). A kernel that is packed otherwise than by xz is given
 * back as it is: it boots too, only later.
 */
export function uncompressKernel(image: Buffer): Buffer {
  if (image.toString("latin1", MAGIC, MAGIC + 4) !== "HdrS") return image;
  const sectors = image.readUInt8(SETUP_SECTORS) || 4;
  const start = (sectors + 1) * 512 + image.readUInt32LE(PAYLOAD_OFFSET);
  const payload = image.subarray(start, start + image.readUInt32LE(PAYLOAD_LENGTH));
  if (!startsWith(payload, XZ_MAGIC)) return image;
  // The payload ends with four bytes that are not xz's: the size of the kernel.
  const kernel = execFileSync("xz", ["--decompress", "--stdout", "--single-stream"], {
    input: payload.subarray(0, -4),
    maxBuffer: 1024 ** 3,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return startsWith(kernel, ELF_MAGIC) ? kernel : image;
}

function startsWith(bytes: Buffer, magic: string): boolean {
  return bytes.toString("hex", 0, magic.length / 2) === magic;
}
