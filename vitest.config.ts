import { defineConfig } from "vitest/config";

/**
 * The four tiers of tests (docs/architecture.md). `npm test` runs them all; the
 * vm tier boots one emulated kernel and runs its files one after another in it.
 */
export default defineConfig({
  test: {
    projects: [
      // Their clocks are manual: the limit is for a machine that does other work, too. Vitest itself would leave one core idle.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], maxWorkers: 2, testTimeout: 60_000 } },
      { test: { name: "app", include: ["test/app/**/*.test.ts"], maxWorkers: 2, testTimeout: 60_000 } },
      {
        test: {
          name: "pty",
          include: ["test/pty/**/*.test.ts"],
          // Concurrent tests of this tier wait for programs that sleep most of their time.
          maxConcurrency: 16,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: "vm",
          include: ["test/vm/**/*.test.ts"],
          globalSetup: ["test/vm/global-setup.ts"],
          // As many as test/vm/global-setup.ts boots guests; after the other tiers, which have other numbers of workers.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      // Not part of `npm test`, which has its quarter of an hour: whole lives of links, in the machines of the vm tier.
      {
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          globalSetup: ["test/vm/global-setup.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
          testTimeout: 900_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
