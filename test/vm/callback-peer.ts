/**
 * A program for the guest, behind the simulated modem: a provider that calls back. It speaks PPP on its standard input and output
 * as far as that takes: it agrees to what the caller's LCP asks for, callback by CBCP among it, offers to call a number that the
 * caller names (Microsoft's CBCP, pppd/cbcp.c), and takes leave. pppd has the caller's part of this only.
 */
const flag = 0x7e;
const escapeByte = 0x7d;
const lcp = 0xc021;
const cbcp = 0xc029;

/** RFC 1662, appendix C. */
function checksum(bytes: readonly number[]): number {
  let fcs = 0xffff;
  for (const byte of bytes) {
    fcs ^= byte;
    for (let bit = 0; bit < 8; bit++) fcs = (fcs & 1) === 1 ? (fcs >> 1) ^ 0x8408 : fcs >> 1;
  }
  return ~fcs & 0xffff;
}

function send(protocol: number, code: number, id: number, data: readonly number[]): void {
  const packet = [code, id, (data.length + 4) >> 8, (data.length + 4) & 0xff, ...data];
  const content = [0xff, 0x03, protocol >> 8, protocol & 0xff, ...packet];
  const fcs = checksum(content);
  const frame = [...content, fcs & 0xff, fcs >> 8].flatMap((byte) =>
    byte < 0x20 || byte === flag || byte === escapeByte ? [escapeByte, byte ^ 0x20] : [byte],
  );
  process.stdout.write(Uint8Array.from([flag, ...frame, flag]));
}

const configure = { request: 1, ack: 2 } as const;
const terminate = { request: 5, ack: 6 } as const;
const callback = { request: 1, response: 2, ack: 3 } as const;
/** The caller says the number: type, length, delay in seconds, then an address. */
const anyNumber = [2, 5, 1, 1, 0] as const;

let agreed = 0;

function hear(frame: readonly number[]): void {
  // Address and control, as pppd sends them before compression is agreed on.
  const [, , high = 0, low = 0, code, id = 0, lengthHigh = 0, lengthLow = 0] = frame;
  const data = frame.slice(8, 4 + (lengthHigh << 8) + lengthLow);
  const protocol = (high << 8) | low;
  if (protocol === lcp && code === configure.request) {
    send(lcp, configure.ack, id, data);
    if (agreed === 0) send(lcp, configure.request, 1, []);
    agree();
  } else if (protocol === lcp && code === configure.ack) agree();
  else if (protocol === lcp && code === terminate.request) {
    send(lcp, terminate.ack, id, []);
    process.stdout.end();
    process.stdin.destroy();
  } else if (protocol === cbcp && code === callback.response) send(cbcp, callback.ack, id, data);
}

function agree(): void {
  agreed += 1;
  if (agreed === 2) send(cbcp, callback.request, 1, anyNumber);
}

let frame: number[] = [];
let escaped = false;
process.stdin.on("data", (bytes: Uint8Array) => {
  for (const byte of bytes) {
    if (byte === flag) {
      if (frame.length > 6) hear(frame.slice(0, -2));
      frame = [];
    } else if (byte === escapeByte) escaped = true;
    else {
      frame.push(escaped ? byte ^ 0x20 : byte);
      escaped = false;
    }
  }
});
