/** The part of vitest's JSON report that counts (jest's format). */
export type TestReport = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

export type TestCount = {
  readonly passed: number;
  readonly failed: number;
  /** What makes the run a failure besides failed tests, one line each: a skipped test, a file that did not load. */
  readonly problems: readonly string[];
};

/**
 * Counts one tier's tests, the files under `folder`. A tier without a test that ran, a test that was skipped or
 * is still to be written, and a file that could not be loaded are problems: a green run has none.
 */
export function countTier(tier: string, folder: string, report: TestReport): TestCount {
  const files = report.testResults.filter(({ name }) => name.startsWith(folder));
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status === "failed").length;
  const problems = [
    ...tests
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName, status }) => `${tier}: ${status}: ${fullName}`),
    ...files
      .filter(
        ({ status, assertionResults }) => status === "failed" && assertionResults.every((t) => t.status !== "failed"),
      )
      .map(({ name, message }) => `${tier}: ${name}: ${message.split("\n")[0] || "did not load"}`),
    ...(passed + failed === 0 ? [`${tier}: ran no test`] : []),
  ];
  return { passed, failed, problems };
}
