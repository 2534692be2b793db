import { closeSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import type { GreEar } from "../../../src/app/host-deps.ts";
import { listenForGre } from "../../../src/io/gre-ear.ts";
import { libc } from "../../../src/io/libc.ts";

const isRoot = process.getuid?.() === 0;
const ears: GreEar[] = [];
afterEach(() => {
  for (const ear of ears.splice(0)) ear.close();
});

function listen(...addresses: readonly string[]): GreEar | undefined {
  const ear = listenForGre(addresses);
  if (ear !== undefined) ears.push(ear);
  return ear;
}

/** A packet of protocol 47 from an address of the loopback interface, to that by which this machine would call there. */
function send(from: readonly [number, number, number, number], flags: number): void {
  const nameOf = (address: readonly number[]) => Uint8Array.from([2, 0, 0, 0, ...address, 0, 0, 0, 0, 0, 0, 0, 0]);
  const fd: number = libc("int socket(int domain, int type, int protocol)")(2, 3, 47);
  expect(libc("int bind(int fd, const uint8_t *address, uint32_t size)")(fd, nameOf(from), 16)).toBe(0);
  const words =
    "long sendto(int fd, const uint8_t *data, size_t size, int flags, const uint8_t *address, uint32_t length)";
  expect(libc(words)(fd, Uint8Array.of(0x30, flags, 0x88, 0x0b), 4, 0, nameOf([127, 0, 0, 1]), 16)).toBe(4);
  closeSync(fd);
}

test.runIf(isRoot)("GRE of the addresses that are listened to is heard, that of others is not", () => {
  const [one, both] = [listen("127.0.0.2"), listen("2001:db8::1", "127.0.0.2", "127.0.0.3")];
  expect([one?.heard(), both?.heard()]).toEqual(["nothing", "nothing"]);
  send([127, 0, 0, 3], 0x01);
  expect([one?.heard(), both?.heard()]).toEqual(["nothing", "unacknowledged"]);
  send([127, 0, 0, 2], 0x01);
  // RFC 2637: of its flags the one for an acknowledgment.
  send([127, 0, 0, 2], 0x81);
  expect([one?.heard(), both?.heard()]).toEqual(["acknowledged", "acknowledged"]);
});

test("nobody listens where there is no address of IPv4, or without the right to", () => {
  expect(listen("2001:db8::1")).toBeUndefined();
  if (!isRoot) expect(listen("127.0.0.2")).toBeUndefined();
});
