import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../testing/fixtures.js";
import type { SnapshotCells } from "./rows.js";
import { openSealed, sealedSnapshots } from "./sealed.js";

const row: SnapshotCells = {
  ...{ step: 3n, wall: 1_700_000_000_000n, kind: "probabilities", prompt: "Shall", text: null },
  tokens: [{ token: "I", candidates: [{ token: " compare", probability: 0.5 }] }],
  ...{ attention: null, points: null },
};
let folder: { path: string; remove(): void };
let sealed: Buffer;
beforeAll(async () => {
  folder = temporaryFolder();
  sealed = Buffer.from(await sealedSnapshots([row, { ...row, step: 9n }]));
});
afterAll(() => folder.remove());

async function read(bytes: Buffer): Promise<SnapshotCells[]> {
  const path = join(folder.path, "sealed.parquet");
  writeFileSync(path, bytes);
  const file = await openSealed(path);
  try {
    return await file.read(0, file.rows);
  } finally {
    await file.close();
  }
}

test("whatever bit of a page's head is another, the reader comes to an end", async () => {
  const before = await read(sealed);
  expect(before.map(({ step }) => Number(step))).toEqual([3, 9]);
  const bytes = sealed.buffer.slice(sealed.byteOffset, sealed.byteOffset + sealed.byteLength);
  const { row_groups: groups } = parquetMetadata(bytes as ArrayBuffer);
  let refused = 0;
  for (const { meta_data: meta } of groups[0]!.columns) {
    const from = Number(meta!.data_page_offset);
    for (let at = from; at < from + 24; at++) {
      for (const bit of [4, 5]) {
        const damaged = Buffer.from(sealed);
        damaged[at]! ^= 1 << bit;
        await read(damaged).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Error);
          refused += 1;
        });
      }
    }
  }
  expect(refused).toBeGreaterThan(100);
});
