/** RFC 1035, 4.1.1: response codes that are an answer. A server that knows that there is no such name has been asked, and has said so. */
const answers: ReadonlySet<number> = new Set([0, 3]);

/** A question for the address (type A) of a name that `isDnsName` takes, as one datagram. @param id 16 bits, ours */
export function formatDnsQuestion(id: number, name: string): Uint8Array {
  const labels = labelsOf(name).flatMap((label) => [label.length, ...[...label].map((char) => char.charCodeAt(0))]);
  // Recursion desired; one question; its name, type A, class IN.
  return Uint8Array.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
}

/** Is this datagram the answer to that question? One that is cut short (TC) is one, too; a server that fails or refuses gives none. */
export function isDnsAnswer(datagram: Uint8Array, id: number): boolean {
  const [high = 0, low = 0, flags = 0, more = 0] = datagram;
  return datagram.length >= 12 && high << 8 === (id & 0xff00) && low === (id & 0xff) && isResponse(flags, more);
}

function isResponse(flags: number, more: number): boolean {
  return (flags & 0x80) !== 0 && answers.has(more & 0x0f);
}

/** RFC 1035, 2.3.4: labels of 1 to 63 bytes. A dot at the end is that of the root. */
export function isDnsName(name: string): boolean {
  return labelsOf(name).every((label) => label.length >= 1 && label.length <= 63);
}

function labelsOf(name: string): readonly string[] {
  return name.replace(/\.$/, "").split(".");
}
