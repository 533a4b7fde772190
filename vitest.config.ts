import { defineConfig } from "vitest/config";

// Packages are tested as built: workers and kernels run from dist, which the set-up has compiled.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On two cores vitest takes one: much of the tests' time is spent waiting, for a page or a disk.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["{checkpoints,kernel/*,widgets/*,labextension}/src/**/*.test.{ts,tsx}"],
        },
      },
      {
        extends: true,
        test: {
          name: "flows",
          include: ["tests/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // What a page shows comes when the machine has time for it.
          expect: { poll: { timeout: 30_000, interval: 100 } },
        },
      },
    ],
  },
});
