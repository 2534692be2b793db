import { expect, test } from "vitest";
import { countTier, type TestReport } from "../../../tools/count-tests.ts";

function report(name: string, statuses: readonly string[], status = "passed", message = ""): TestReport {
  const assertionResults = statuses.map((each, index) => ({ fullName: `test ${index}`, status: each }));
  return { testResults: [{ name, status, message, assertionResults }] };
}

test("counts what passed and failed in the tier's folder, and nothing of another's", () => {
  const both = [
    ...report("/c/test/vm/a.ts", ["passed", "failed"]).testResults,
    ...report("/c/test/pty/b.ts", ["passed"]).testResults,
  ];
  expect(countTier("vm", "/c/test/vm/", { testResults: both })).toEqual({ passed: 1, failed: 1, problems: [] });
});

test.each(["skipped", "pending", "todo", "disabled"])("a test that is %s is a problem", (status) => {
  const count = countTier("unit", "/c/test/unit/", report("/c/test/unit/a.ts", ["passed", status]));
  expect(count).toEqual({ passed: 1, failed: 0, problems: [`unit: ${status}: test 1`] });
});

test("a tier without a test is a problem", () => {
  expect(countTier("vm", "/c/test/vm/", { testResults: [] }).problems).toEqual(["vm: ran no test"]);
});

test("a file that did not load is a problem", () => {
  const broken = report("/c/test/app/a.ts", [], "failed", "Cannot find module\nat …");
  const count = countTier("app", "/c/test/app/", {
    testResults: [...broken.testResults, ...report("/c/test/app/b.ts", ["passed"]).testResults],
  });
  expect(count).toEqual({ passed: 1, failed: 0, problems: ["app: /c/test/app/a.ts: Cannot find module"] });
});
