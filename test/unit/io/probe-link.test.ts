import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { probeLink } from "../../../src/io/probe-link.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const link = { iface: "lo", dns: [] as string[], timeoutMs: 300 };

describe("a probe", () => {
  test("tcp: what accepts and what refuses has answered", async () => {
    const server = createServer((socket) => socket.destroy());
    closers.push(() => server.close());
    const port = await new Promise<number>((done) => {
      server.listen(0, "127.0.0.1", () => done((server.address() as { port: number }).port));
    });
    expect(await probeLink({ kind: "tcp", host: "127.0.0.1", port }, link)).toBe(true);
    expect(await probeLink({ kind: "tcp", host: "127.0.0.1", port: 1 }, link)).toBe(true);
    expect(await probeLink({ kind: "tcp", host: "no-such-name.invalid", port: 1 }, link)).toBe(false);
    // By way of another interface anybody would reach it.
    expect(await probeLink({ kind: "tcp", host: "127.0.0.1", port }, { ...link, iface: "nosuch0" })).toBe(false);
  });

  test("resolve: a name server is asked by way of the link alone", async () => {
    const probe = { kind: "resolve", name: "name.example" } as const;
    expect(await probeLink(probe, { ...link, iface: "nosuch0", dns: ["192.0.2.1"] })).toBe(false);
  });

  test("resolve: the link's own name server is asked; any answer is one, silence is none", async () => {
    const server = createSocket("udp4");
    closers.push(() => server.close());
    await new Promise<void>((done) => server.bind(0, "127.0.0.1", done));
    const dns = [`127.0.0.1:${server.address().port}`];
    const asked: string[] = [];
    let answer = false;
    server.on("message", (query, from) => {
      asked.push(query.toString("latin1", 13, 17));
      if (!answer) return;
      // The same question back, as a response that says NXDOMAIN.
      const response = Buffer.from(query);
      response.writeUInt16BE(0x8183, 2);
      server.send(response, from.port, from.address);
    });
    const probe = { kind: "resolve", name: "name.example" } as const;
    expect(await probeLink(probe, { ...link, dns })).toBe(false);
    answer = true;
    expect(await probeLink(probe, { ...link, dns, timeoutMs: 2000 })).toBe(true);
    expect(asked[0]).toBe("name");
  });
});
