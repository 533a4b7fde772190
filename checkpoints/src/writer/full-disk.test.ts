import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/fixtures.js";

const CHILD = fileURLToPath(new URL("../../dist/testing/full-disk-child.js", import.meta.url));

// A disk of four megabytes, in a mount namespace of its own.
const MOUNT = 'mount -t tmpfs -o size=4m none "$0" && exec "$@"';
const onSmallDisk = (folder: string, ...command: string[]) =>
  spawnSync("unshare", ["-rm", "sh", "-c", MOUNT, folder, ...command], { encoding: "utf8" });

const probe = temporaryFolder();
const canMount = onSmallDisk(probe.path, "true").status === 0;
probe.remove();

test.skipIf(!canMount)(
  "a full disk refuses with a sentence, harms nothing, and is got over",
  () => {
    const folder = temporaryFolder();
    try {
      const { stdout, stderr, status } = onSmallDisk(
        folder.path,
        process.execPath,
        CHILD,
        folder.path,
      );
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const seen = JSON.parse(stdout);
      expect(seen.saving).toMatchObject({ code: "StoreWriteFailed", data: { reason: "ENOSPC" } });
      expect(seen.appending).toMatchObject({ code: "StoreWriteFailed" });
      expect(seen.savedSteps).toEqual(
        Array.from({ length: seen.failedStep - 1 }, (_, index) => index + 1),
      );
      expect(seen.packsWhenFull).toBe(seen.savedSteps.length);
      expect(seen.thinned).toBe(seen.savedSteps.length - 3);
      expect(seen.steps).toEqual([1, ...seen.savedSteps.slice(-2), seen.failedStep]);
      expect(seen.rows).toBe(seen.failedRow);
      expect(seen.losses).toEqual([]);
    } finally {
      folder.remove();
    }
  },
);
