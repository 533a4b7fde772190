import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";

const COMMAND = fileURLToPath(new URL("../../bin/forkpoint.mjs", import.meta.url));
let folder: string;
let here: string;
let there: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forkpoint-exchange-"));
  here = join(folder, "here");
  there = join(folder, "there");
  for (const place of [here, there]) mkdirSync(place);
  const store = await openStore({ from: here });
  const session = await store.writer.createSession({
    ...{ name: "../sonnets", modelKind: "micro-gpt", modelConfig: "{}" },
    ...{ trainingConfig: "{}", dataConfig: "{}" },
  });
  const tensors = [
    { name: "model/transformer.w", dtype: "F32" as const, shape: [2], offset: 0, length: 8 },
  ];
  await store.writer.saveCheckpoint({
    ...{ sessionId: session.id, runId: null, step: 5, trigger: "manual", tensors },
    state: { rng: {}, cursor: {}, blobs: {}, configs: {}, engine: "{}" },
    buffer: Float32Array.of(1, 2).buffer,
    model: { name: "Model 1", trainLoss: null },
  });
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const forkpoint = (cwd: string, ...words: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [COMMAND, ...words], {
    ...{ cwd, encoding: "utf8" },
  });
  return { stdout, stderr, status };
};

test("export and import carry sessions, models and artifacts, and say so", async () => {
  const sent = forkpoint(here, "export", "--session", "../sonnets");
  expect(sent).toMatchObject({ status: 0, stderr: "" });
  expect(sent.stdout).toMatch(
    /1 session, 1 checkpoint\nwritten to .*\/here\/sonnets\.forkpoint\.tar/,
  );
  const taken = forkpoint(there, "import", join(here, "sonnets.forkpoint.tar"));
  expect(taken.stdout).toBe(
    'session "../sonnets"\nmodel "Model 1"\ntaken in: 0 runs, 1 checkpoint\n',
  );
  expect(forkpoint(here, "export", "--model", "Model 1").stdout).toMatch(
    /written to .*\/Model-1\n/,
  );
  const model = forkpoint(there, "import", "--model", join(here, "Model-1"), "--name", "mine");
  expect(model.stdout).toBe('model "mine" at step 5, session "mine"; its optimizer begins anew\n');
  forkpoint(here, "export", "--artifacts", "artifacts");
  const again = forkpoint(there, "import", "--artifacts", join(here, "artifacts"));
  expect(again.stdout).toMatch(/^session "..\/sonnets" was here already\n/);
  const store = await openStore({ from: there });
  expect(store.models.list().map(({ name }) => name)).toEqual(["mine", "Model 1"]);
  await store.close();
});

test("what cannot be done is one sentence and a status", () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const one = (words: string[], sentence: RegExp, cwd = here): void => {
    const { stdout, stderr, status } = forkpoint(cwd, ...words);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  };
  one(["export"], /There is no Forkpoint store/, empty);
  expect(existsSync(join(empty, ".forkpoint"))).toBe(false);
  one(["export", "--session", "nobody"], /no session "nobody"/);
  one(["export", "--session", "x", "--model", "y"], /--session and --model, not both/);
  one(["import"], /Name the file/);
  one(["import", COMMAND], /cannot be imported/);
});
