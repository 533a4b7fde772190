import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";

const COMMAND = fileURLToPath(new URL("../../bin/forkpoint.mjs", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forkpoint-test-"));
  const store = await openStore({ from: folder });
  const configs = { modelKind: "m", modelConfig: "{}", trainingConfig: "{}", dataConfig: "{}" };
  const { id } = await store.writer.createSession({ name: "sonnets", ...configs });
  await store.writer.saveCheckpoint({
    ...{ sessionId: id, runId: null, step: 0, trigger: "manual" },
    state: { rng: {}, cursor: {}, blobs: {}, configs: {}, engine: "{}" },
    buffer: new Float32Array([1, 2]).buffer,
    tensors: [{ name: "w", dtype: "F32", shape: [2], offset: 0, length: 8 }],
  });
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function verify(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "verify", ...words], {
    cwd: join(folder, "notebooks"),
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("forkpoint verify finds the store, says what is wrong, mends it, and ends as scripts expect", () => {
  mkdirSync(join(folder, "notebooks"));
  const well = verify();
  expect(well).toMatchObject({ status: 0, stderr: "" });
  expect(well.stdout).toMatch(/Checked 1 session, 0 runs, 1 checkpoint in 1 pack, 0 blobs/);
  expect(well.stdout).toMatch(/All is well\.\n$/);

  const store = join(folder, ".forkpoint");
  for (const name of readdirSync(store)) if (name.startsWith("catalog")) rmSync(join(store, name));
  const lost = verify();
  expect(lost).toMatchObject({ status: 1, stderr: "" });
  expect(lost.stdout).toContain("1. The catalog, catalog.sqlite, is gone.\n   What follows: no ");
  expect(lost.stdout).toContain('What to do:   run "forkpoint verify --repair"');
  const mended = verify("--repair", "--json");
  expect(mended).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(mended.stdout)).toMatchObject({ ok: true, faults: [], counts: { packs: 1 } });

  const pack = join(store, "packs", readdirSync(join(store, "packs"))[0]!);
  writeFileSync(pack, "");
  const damaged = verify(folder);
  expect(damaged.status).toBe(1);
  expect(damaged.stdout).toMatch(/these states cannot be restored: "sonnets" at step 0/);

  const none = verify(tmpdir());
  expect(none.status).toBe(2);
  expect(none.stderr).toMatch(/^There is no Forkpoint store at /);
});
