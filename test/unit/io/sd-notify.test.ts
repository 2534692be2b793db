import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { afterEach, describe, expect, test } from "vitest";
import { openNotifier } from "../../../src/io/sd-notify.ts";

const libc = koffi.load(null);
const socket = libc.func("int socket(int domain, int type, int protocol)");
const bind = libc.func("int bind(int fd, const void *address, uint32_t size)");
const recv = libc.func("long recv(int fd, _Out_ void *buffer, size_t size, int flags)");
const close = libc.func("int close(int fd)");

const directory = mkdtempSync(join(tmpdir(), "pppctl-notify-"));
const open: number[] = [];
afterEach(() => {
  for (const fd of open.splice(0)) close(fd);
  rmSync(directory, { recursive: true, force: true });
});

/** systemd's end. */
function listen(path: string): () => string | undefined {
  const fd: number = socket(1, 2, 0);
  open.push(fd);
  const name = Buffer.from(path.replace(/^@/, "\0"));
  const address = Buffer.concat([Buffer.from(Uint8Array.from([1, 0])), name]);
  if (bind(fd, address, address.length) !== 0) throw new Error(`cannot bind ${path}`);
  const dontWait = 0x40;
  return () => {
    const buffer = Buffer.alloc(256);
    const size: number = recv(fd, buffer, buffer.length, dontWait);
    return size < 0 ? undefined : buffer.toString("utf8", 0, size);
  };
}

describe("what systemd is told", () => {
  test.each([join(directory, "notify"), `@pppctl-test-${process.pid}`])("one datagram each, to %s", async (path) => {
    const receive = listen(path);
    const notify = await openNotifier({ NOTIFY_SOCKET: path });
    notify?.("READY=1");
    notify?.("STATUS=isp: up → ppp0");
    expect([receive(), receive(), receive()]).toEqual(["READY=1", "STATUS=isp: up → ppp0", undefined]);
  });

  test("nothing where nobody listens, or the address is none", async () => {
    expect(await openNotifier({})).toBeUndefined();
    expect(await openNotifier({ NOTIFY_SOCKET: "vsock:2:1" })).toBeUndefined();
    const notify = await openNotifier({ NOTIFY_SOCKET: "/nowhere/at/all" });
    expect(() => notify?.("READY=1")).not.toThrow();
  });
});
