import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer, script } from "./check-fixture.ts";
import { FakeMachine } from "./fake-machine.ts";

describe("secrets", () => {
  test("none for this user", async () => {
    const machine = machineWith();
    machine.put("/etc/ppp/pap-secrets", "yosev * TOPSECRET\n", 0o600);
    const { status, found, text } = await check(machine);
    expect({ status, found }).toEqual({ status: 0, found: [`${peer}:3:1 warning secrets.none`] });
    expect(text).toContain("did you mean yosev, which has one?");
    expect((await check(machine, "--strict")).status).toBe(1);
    machine.put("/etc/ppp/chap-secrets", "yosef * TOPSECRET\n", 0o600);
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("Debian's line for calls that come in is none", async () => {
    const machine = machineWith();
    machine.put("/etc/ppp/pap-secrets", '*\tbox\t""\t*\nguest\tbox\t"*"\t-\n', 0o600);
    expect(await check(machine)).toMatchObject({ found: [`${peer}:3:1 warning secrets.none`] });
  });

  test("a peer that names nobody asks for none", async () => {
    const machine = machineWith();
    machine.put(peer, "/dev/ttyS1 noauth\n");
    machine.files.delete("/etc/ppp/pap-secrets");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("for another host", async () => {
    const machine = machineWith("remotename isp");
    machine.put("/etc/ppp/pap-secrets", "\n yosef other TOPSECRET\n", 0o600);
    const found = ["/etc/ppp/pap-secrets:2:2 warning secrets.other-server"];
    expect(await check(machine)).toMatchObject({ status: 0, found });
    machine.put("/etc/ppp/pap-secrets", "\n yosef isp TOPSECRET\n", 0o600);
    expect(await check(machine)).toMatchObject(nothing);
    // CHAP's server says who it is.
    const chap = machineWith("refuse-pap");
    chap.put("/etc/ppp/chap-secrets", "yosef other TOPSECRET\n", 0o600);
    expect(await check(chap)).toMatchObject({ found: ["/etc/ppp/chap-secrets:1:1 warning secrets.other-server"] });
    chap.put("/etc/ppp/chap-secrets", "yosef other TOPSECRET\nyosef * TOPSECRET\n", 0o600);
    expect(await check(chap)).toMatchObject(nothing);
  });

  test("files that others may read", async () => {
    const machine = machineWith();
    machine.modes.set("/etc/ppp/pap-secrets", 0o644);
    const found = ["/etc/ppp/pap-secrets:1:1 warning secrets.readable"];
    expect(await check(machine)).toMatchObject({ status: 0, found });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1 });
    const group = ["/etc/ppp/pap-secrets:1:1 info secrets.readable"];
    machine.modes.set("/etc/ppp/pap-secrets", 0o640);
    expect(await check(machine, "--strict")).toMatchObject({ status: 0, found: group });
  });

  test("a password in a peer or a script that others may read", async () => {
    const machine = machineWith("password TOPSECRET");
    machine.put(script, "'' AT&D2\nOK ATD1\nCONNECT ''\nogin: me\nword: TOPSECRET\n");
    expect(await check(machine)).toMatchObject(nothing);
    machine.modes.set(peer, 0o644);
    machine.modes.set(script, 0o644);
    expect(await check(machine)).toMatchObject({
      status: 0,
      found: [`${script}:5:7 warning chat.password-readable`, `${peer}:7:1 warning peer.password-readable`],
    });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1 });
  });

  test("noauth missing", async () => {
    const machine = machineWith("auth");
    const lacking = { status: 2, found: [`${peer}:7:1 error auth.peer-not-provable`] };
    machine.put("/etc/ppp/pap-secrets", "yosef box TOPSECRET -\n", 0o600);
    expect(await check(machine)).toMatchObject(lacking);
    // With a secret that could prove it, pppd begins the call, and the provider does not prove itself.
    machine.put("/etc/ppp/pap-secrets", "yosef * TOPSECRET *\n", 0o600);
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:7:1 warning auth.demanded`] });
    // One that is called demands it rightly.
    machine.put(peer, "/dev/ttyS1 115200 auth\n");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("only root can tell", async () => {
    const machine = new FakeMachine({ root: false });
    machine.put(peer, "/dev/ttyS1 user yosef noauth\n");
    machine.put("/etc/ppp/pap-secrets", "yosef * TOPSECRET\n", 0o600);
    machine.denied.add("/etc/ppp/pap-secrets");
    expect(await check(machine, "--strict")).toMatchObject({
      status: 0,
      found: [`${peer}:1:12 info secrets.root-only`],
    });
  });
});
