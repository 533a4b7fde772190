import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

// The longest first, so that both workers end at about the same time.
const longest = [
  ...["notebooks/notebooks", "browser/first-light", "browser/model-library"],
  ...["exactness/time-travel", "report/report", "exactness/journeys"],
  ...["exactness/hand-written", "browser/snapshots", "browser/session-tree"],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

// Packages are tested as built: workers and kernels run from dist, which the set-up has compiled.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On two cores vitest takes one: much of the tests' time is spent waiting, for a page or a disk.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
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
          globalSetup: ["tests/support/shared-places.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // What a page shows comes when the machine has time for it.
          expect: { poll: { timeout: 30_000, interval: 100 } },
        },
      },
    ],
  },
});
