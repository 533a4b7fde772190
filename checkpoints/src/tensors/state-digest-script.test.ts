import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { CheckpointRow, Manifest } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  python,
  sessionInput,
  stateInput,
  temporaryFolder,
} from "../testing/fixtures.js";

const SCRIPT = fileURLToPath(new URL("../../python/state_digest.py", import.meta.url));

let folder: { path: string; remove(): void };
let path: string;
let manifest: Manifest;
let second: CheckpointRow;
beforeAll(async () => {
  folder = temporaryFolder();
  const store = await openStore({ from: folder.path });
  path = store.path;
  const session = await store.writer.createSession(sessionInput("sonnets"));
  const corpus = await store.writer.saveBlob(Buffer.from("Shall I compare thee"));
  const state = stateInput({ rng: { "\u{1f3b2}": "é", "\uffff": "x" }, blobs: { corpus } });
  const frozen = [1, 2, 3];
  await store.writer.saveCheckpoint(
    checkpointInput(session.id, 24, { "wte/slot": [0, 0], wte: [1, 2], frozen }, { state }),
  );
  const saved = await store.writer.saveCheckpoint(
    checkpointInput(session.id, 25, { "wte/slot": [0.5, 0], wte: [3, 4], frozen }, { state }),
  );
  second = saved.checkpoint;
  manifest = store.checkpoints.manifest(second.id);
  await store.close();
});
afterAll(() => folder.remove());

interface Line {
  id: string;
  recorded: string;
  recomputed: string | null;
  ok: boolean;
  reasons: string[];
}

function recompute(): { lines: Line[]; status: number | null } {
  const { stdout, stderr, status } = spawnSync(python, [SCRIPT, path], { encoding: "utf8" });
  expect(stderr).toBe("");
  const lines = stdout.trimEnd().split("\n");
  return { lines: lines.map((line) => JSON.parse(line) as Line), status };
}

// Changes a file for the time of `act`.
function changing(file: string, change: (content: Buffer) => void, act: () => void): void {
  const whole = readFileSync(file);
  const changed = Buffer.from(whole);
  change(changed);
  expect(changed.equals(whole)).toBe(false);
  writeFileSync(file, changed);
  try {
    act();
  } finally {
    writeFileSync(file, whole);
  }
}

const packOf = (id: string): string => join(path, "packs", `${id}.safetensors`);
// The manifest in a pack is JSON inside JSON.
const inside = (text: string): string => JSON.stringify(text).slice(1, -1);

function flipAt(offset: number): (content: Buffer) => void {
  return (content) => {
    content[offset]! ^= 1;
  };
}

function flipInText(before: string, character: string): (content: Buffer) => void {
  return (content) => {
    const at = content.indexOf(before);
    expect(at).toBeGreaterThan(0);
    const offset = at + Buffer.byteLength(before);
    expect(String.fromCharCode(content[offset]!)).toBe(character);
    content[offset]! ^= 1;
  };
}

describe("state_digest.py", () => {
  test("recomputes every digest from the packs", () => {
    const { lines, status } = recompute();
    expect(lines.map((line) => line.ok)).toEqual([true, true]);
    expect(lines[1]).toMatchObject({ id: second.id, recomputed: second.digest });
    expect(status).toBe(0);
  });

  const tensor = (name: string) => manifest.tensors.find((item) => item.name === name)!;
  const flips: Record<string, () => [string, (content: Buffer) => void]> = {
    "a weight": () => [packOf(second.id), flipAt(tensor("wte").offset + 2)],
    "a slot": () => [packOf(second.id), flipAt(tensor("wte/slot").offset)],
    "a weight in the pack of another save": () => [
      packOf(tensor("frozen").pack),
      flipAt(tensor("frozen").offset + 7),
    ],
    rng: () => [packOf(second.id), flipInText(inside('"\uffff":"'), "x")],
    "the cursor": () => [packOf(second.id), flipInText(inside('"position":1'), "2")],
    "the step": () => [
      packOf(second.id),
      flipInText(inside('"format":"forkpoint-state-1","step":2'), "5"),
    ],
    "a configuration": () => [
      packOf(second.id),
      flipInText(inside(`"configs":{"model":"${inside('{"layers":')}`), "4"),
    ],
  };
  test.each(Object.entries(flips))(
    "gives another digest when one bit of %s is flipped",
    (_, flip) => {
      const [file, change] = flip();
      changing(file, change, () => {
        const { lines, status } = recompute();
        const line = lines.find(({ id }) => id === second.id)!;
        expect(line.recomputed).toMatch(/^[0-9a-f]{64}$/);
        expect(line.recomputed).not.toBe(second.digest);
        expect(status).toBe(1);
      });
    },
  );

  test("notices a damaged blob, and a step that the catalog names otherwise", () => {
    const blob = join(path, "blobs", manifest.blobs["corpus"]!);
    changing(blob, flipAt(3), () => {
      expect(recompute().lines[1]!.reasons).toEqual(["the blob corpus is damaged"]);
    });
    const db = new BetterSqlite3(join(path, "catalog.sqlite"));
    db.prepare("UPDATE checkpoints SET step = 27 WHERE id = ?").run(second.id);
    db.close();
    expect(recompute().lines[1]!.reasons).toEqual([
      "the pack and the catalog name different steps",
    ]);
  });
});
