import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer, script } from "./check-fixture.ts";

describe("chat scripts", () => {
  test.each([
    ["a quote that is not closed", "ABORT BUSY\n'' 'AT\nOK ATD1\n", 2, ["2:4 error chat.quote"]],
    ["an odd number of words", "'' AT&D2\nOK ATD1\nCONNECT '\\c'\nogin:", 0, ["4:1 warning chat.odd-words"]],
    ["ABORT after the dial", "'' AT&D2\nOK ATD1\nABORT BUSY\nCONNECT '\\c'", 0, ["3:7 warning chat.abort-late"]],
    ["TIMEOUT not a number", "TIMEOUT long\n'' AT&D2\nOK ATD1\nCONNECT '\\c'", 0, ["1:9 warning chat.timeout"]],
    [
      "an abort string that is expected",
      "ABORT OK\n'' AT&D2\nOK ATD1\nCONNECT '\\c'",
      0,
      ["3:1 warning chat.abort-expected"],
    ],
    ["a return after CONNECT", "'' AT&D2\nOK ATD1\nCONNECT ''", 0, ["3:9 warning chat.connect-return"]],
    ["DTR ignored", "'' AT&D0\nOK ATD1\nCONNECT '\\c'", 0, ["1:4 warning chat.no-dtr-hangup"]],
    ["DTR not spoken of", "'' ATZ\nOK ATD1\nCONNECT '\\c'", 0, ["2:4 info chat.no-dtr-hangup"]],
    ["a placeholder", "'' AT&D2\nOK ATDT<phone>\nCONNECT '\\c'", 2, ["2:4 error chat.placeholder"]],
    ["no number", "'' AT&D2\nOK ATDT\\T\nCONNECT '\\c'", 2, ["2:4 error chat.no-number"]],
  ])("%s", async (_, text, status, places) => {
    const machine = machineWith();
    machine.put(script, text);
    expect(await check(machine)).toMatchObject({ status, found: places.map((place) => `${script}:${place}`) });
    const strict = status === 0 && places.some((place) => place.includes("warning")) ? 1 : status;
    expect(await check(machine, "--strict")).toMatchObject({ status: strict });
  });

  test("missing, or unreadable for whom it runs as", async () => {
    const machine = machineWith();
    const found = [`${peer}:2:9 error chat.script`];
    machine.denied.add(script);
    expect(await check(machine)).toMatchObject({ status: 2, found, text: expect.stringContaining("may not be read") });
    machine.files.delete(script);
    machine.denied.clear();
    expect(await check(machine)).toMatchObject({ status: 2, found, text: expect.stringContaining("does not exist") });
  });

  test("in the peer file itself, and wrong options", async () => {
    const inline = machineWith(`connect "chat TIMEOUT x '' 'AT&D2' OK ATD1 CONNECT '\\\\c'"`);
    expect(await check(inline)).toMatchObject({ status: 0, found: [`${peer}:7:9 warning chat.timeout`] });
    const open = machineWith(`connect "chat '' AT&D2 OK ATD1 CONNECT '\\\\c'"`);
    expect(await check(open)).toMatchObject({ status: 0, found: [`${peer}:7:9 warning command.ampersand`] });
    const usage = machineWith("connect 'chat -x'");
    expect(await check(usage)).toMatchObject({ status: 2, found: [`${peer}:7:9 error chat.usage`] });
  });

  test("&D2 by the peer's init, or a modem without lines", async () => {
    const noDtr = "'' ATZ\nOK ATD1\nCONNECT '\\c'";
    for (const line of ["init \"chat '' 'AT&D2' OK ''\"", "local"]) {
      const machine = machineWith(line);
      machine.put(script, noDtr);
      expect(await check(machine)).toMatchObject(nothing);
    }
  });
});

describe("hooks", () => {
  test.each([
    ["foo.sh", 0o755, ["hooks.name"]],
    ["my hook", 0o755, ["hooks.name"]],
    ["90local", 0o644, ["hooks.not-executable"]],
    ["90local", 0o757, ["hooks.not-trusted"]],
    ["90local", 0o755, []],
    ["90local.dpkg-old", 0o755, []],
    ["README", 0o644, []],
    [".placeholder", 0o644, []],
  ])("%s %o: %j", async (name, mode, codes) => {
    const machine = machineWith();
    machine.put(`/etc/ppp/ip-down.d/${name}`, "#!/bin/sh\n", mode);
    expect(await check(machine)).toMatchObject({
      status: 0,
      found: codes.map((code) => `/etc/ppp/ip-down.d/${name}:1:1 warning ${code}`),
    });
    expect((await check(machine, "--strict")).status).toBe(codes.length);
  });

  test("of one link, and ip-up.local", async () => {
    const machine = machineWith("linkname home");
    machine.put("/etc/ppp/ip-up.d/home/route.sh", "#!/bin/sh\n", 0o755);
    machine.put("/etc/ppp/ip-up.local", "#!/bin/sh\n", 0o644);
    expect(await check(machine)).toMatchObject({
      found: [
        "/etc/ppp/ip-up.d/home/route.sh:1:1 warning hooks.name",
        "/etc/ppp/ip-up.local:1:1 warning hooks.not-executable",
      ],
    });
  });

  test("that the peer names", async () => {
    const machine = machineWith("ip-up-script /etc/ppp/mine");
    const found = [`${peer}:7:14 error hooks.script`];
    expect(await check(machine)).toMatchObject({ status: 2, found });
    machine.put("/etc/ppp/mine", "#!/bin/sh\n", 0o644);
    expect(await check(machine)).toMatchObject({ status: 2, found });
    machine.put("/etc/ppp/mine", "#!/bin/sh\n", 0o755);
    expect(await check(machine)).toMatchObject(nothing);
  });
});
