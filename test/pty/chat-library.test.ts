import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { makeDefaultScenario } from "../../src/modem/read-scenario.ts";
import { packageDirectory } from "./sandbox.ts";

/** Inside the package, where it finds itself under its own name. */
let folder: string;
beforeAll(() => {
  mkdirSync(join(packageDirectory, "build"), { recursive: true });
  folder = mkdtempSync(join(packageDirectory, "build/example-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const example = /```js\n(import .*?pppctl\/chat.*?)```/s.exec(
  readFileSync(join(packageDirectory, "README.md"), "utf8"),
)?.[1];

test("the example of the README dials", async () => {
  const modem = await startSimulatedModemHost({
    line: { type: "pty", link: undefined },
    scenario: makeDefaultScenario(),
    logPath: undefined,
  });
  try {
    const file = join(folder, "example.mjs");
    writeFileSync(file, example ?? "");
    const child = spawn(process.execPath, [file, modem.path], { stdio: ["ignore", "pipe", "inherit"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    const [status] = await once(child, "close");
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^ok CONNECT \[/) });
  } finally {
    await modem.stop();
  }
});

test("its types are those of the README's example, and a wrong use is an error", () => {
  const check = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    const tsc = join(packageDirectory, "node_modules/typescript/bin/tsc");
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
    ];
    return spawnSync(process.execPath, [tsc, ...options, file], { encoding: "utf8", cwd: packageDirectory }).stdout;
  };
  expect(check("right.mts", example ?? "")).toBe("");
  expect(check("wrong.mts", (example ?? "").replace("timeoutSeconds: 60", 'timeoutSeconds: "60"'))).toContain("TS2322");
});
