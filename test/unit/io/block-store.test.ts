import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blockStore } from "../../../src/io/block-store.ts";

describe("blocked peers", () => {
  let state = "";
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "pppctl-blocks-"));
  });
  afterEach(() => rmSync(state, { recursive: true }));

  const record = (peer: string) =>
    ({ version: 1, peer, since: 5, cause: "auth-refused", sentence: "refused" }) as const;

  test("each has a file of its own, whatever its name", () => {
    const store = blockStore({ own: state, all: [state] });
    expect([store.read("isp"), store.peers()]).toEqual([undefined, []]);
    for (const peer of ["isp", "isp/home", ".hidden", "50%"]) store.write(record(peer));
    expect(readdirSync(join(state, "blocked")).sort()).toEqual([
      "%2Ehidden.json",
      "50%25.json",
      "isp%2Fhome.json",
      "isp.json",
    ]);
    expect([...store.peers()].sort()).toEqual([".hidden", "50%", "isp", "isp/home"]);
    expect(store.read("isp/home")).toEqual(record("isp/home"));
    store.remove("isp/home");
    store.remove("isp/home");
    expect([store.read("isp/home"), store.read("isp")]).toEqual([undefined, record("isp")]);
  });

  test("a user sees root's, and cannot take it away", () => {
    const own = join(state, "own");
    blockStore({ own: state, all: [state] }).write(record("isp"));
    const users = blockStore({ own, all: [state, own] });
    users.remove("isp");
    expect(users.read("isp")).toEqual(record("isp"));
  });

  test("readable by everybody whatever the umask is", () => {
    const own = join(state, "pppctl");
    const umask = process.umask(0o077);
    try {
      blockStore({ own, all: [own] }).write(record("isp"));
    } finally {
      process.umask(umask);
    }
    const modes = [own, join(own, "blocked"), join(own, "blocked/isp.json")].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o755, 0o755, 0o644]);
  });

  test("a file that is none blocks nobody", () => {
    const store = blockStore({ own: state, all: [state] });
    store.write(record("isp"));
    for (const text of ["", "{}", "[]", "null", '{"version":1,"peer":"isp","since":1,"cause":"whim","sentence":""}']) {
      writeFileSync(join(state, "blocked/isp.json"), text);
      expect([store.read("isp"), store.peers()]).toEqual([undefined, []]);
    }
  });
});
