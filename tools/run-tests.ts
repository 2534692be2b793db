import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { countTier, type TestCount, type TestReport } from "./count-tests.ts";
import { ensureSystemPackages, MANUAL_NEEDS, PPP_NEEDS, TUNNEL_NEEDS, VM_NEEDS } from "./system-packages.ts";

/** All of `npm test`, on two cores. */
const LIMIT_MS = 40 * 60_000;
const CHECKOUT = join(import.meta.dirname, "../..");
const RESULTS = join(CHECKOUT, "build/test-results");

/** The tiers that share one run of vitest, in the order of the runs: the quick ones first. */
const RUNS = [["unit", "app"], ["pty"], ["vm"]] as const;

/**
 * What `npm test` does: the static checks, then every tier. Whatever could not run is a failure, and the
 * last line on standard output is the count. Returns the exit status.
 */
async function runTests(): Promise<number> {
  const deadline = performance.now() + LIMIT_MS;
  const counts: TestCount[] = [];
  const problem = (text: string) => counts.push({ passed: 0, failed: 0, problems: [text] });

  for (const [name, words] of [
    ["tsc", ["node_modules/typescript/bin/tsc", "--noEmit"]],
    ["biome", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]],
  ] as const) {
    announce(`check: ${name}`);
    const status = await runNode(words, deadline);
    if (status !== 0) problem(`check: ${name} ended with status ${status}`);
  }

  try {
    ensureSystemPackages([...PPP_NEEDS, ...TUNNEL_NEEDS, ...VM_NEEDS, ...MANUAL_NEEDS]);
  } catch (error) {
    problem((error as Error).message);
  }
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  for (const tiers of RUNS) {
    announce(`tests: ${tiers.join(", ")}`);
    counts.push(...(await runTiers(tiers, deadline)));
  }
  return summarize(counts);
}

/** One run of vitest. Its status counts too: an error outside of any test is in no report. */
async function runTiers(tiers: readonly string[], deadline: number): Promise<TestCount[]> {
  const file = join(RESULTS, `${tiers.join("-")}.json`);
  const projects = tiers.flatMap((tier) => ["--project", tier]);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const status = await runNode(["node_modules/vitest/vitest.mjs", "run", ...projects, ...reporters], deadline);
  let report: TestReport = { testResults: [] };
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
  } catch {
    // Each tier then says that it ran no test.
  }
  const counts = tiers.map((tier) => countTier(tier, join(CHECKOUT, "test", tier, "/"), report));
  const explained = counts.some(({ failed, problems }) => failed > 0 || problems.length > 0);
  if (status === 0 || explained) return counts;
  return [...counts, { passed: 0, failed: 0, problems: [`${tiers.join(", ")}: vitest ended with status ${status}`] }];
}

/** A problem counts as a failure, so that the line says what the exit status says. */
function summarize(counts: readonly TestCount[]): number {
  const problems = counts.flatMap((count) => count.problems);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, problems.length);
  for (const line of problems) console.log(`not in order: ${line}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Runs a program of node's with its output on ours; killed with its group at the deadline. Resolves to its status. */
function runNode(words: readonly string[], deadline: number): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, {
      cwd: CHECKOUT,
      env: { ...process.env, CI: "true" }, // vitest then refuses test.only
      stdio: ["ignore", "inherit", "inherit"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), Math.max(0, deadline - performance.now()));
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (status, signal) => {
      clearTimeout(timer);
      resolve(
        status ?? (performance.now() >= deadline ? `${signal}: the time for all tests was over` : String(signal)),
      );
    });
  });
}

function announce(what: string): void {
  console.log(`\n== ${what}`);
}

process.exitCode = await runTests();
