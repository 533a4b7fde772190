import { readFile } from "node:fs/promises";
import type { Catalog } from "../catalog/connection.js";
import { findSealed, listSegments } from "../catalog/recorded-rows.js";
import { readRun, recordedParts } from "../metrics/along.js";
import type { StepRange } from "../metrics/along.js";
import { tableFromParquet } from "../metrics/parquet.js";
import { readSegment } from "../metrics/segment-reader.js";
import { rowsOfTable, snapshotOf } from "./rows.js";
import type { SnapshotCells } from "./rows.js";
import { openSealed } from "./sealed.js";
import type { Snapshot, SnapshotKind } from "./snapshot.js";

/** One text that the model wrote at a step. */
export interface SampleRow {
  step: number;
  prompt: string;
  text: string;
}

/** Which snapshots to read: the steps, both ends included, and the kind; of all kinds if not given. */
export interface SnapshotRange extends StepRange {
  kind?: SnapshotKind;
}

/**
 * The snapshots of a session along its timeline, inherited ones included, by ascending step. Of
 * sealed runs only the rows asked for are read.
 *
 * @throws SessionNotFound, MetricsDamaged
 * @example (await readSnapshots(db, store, id, { kind: "attention", from: 100, to: 200 })).length
 */
export async function readSnapshots(
  db: Catalog,
  store: string,
  sessionId: string,
  { kind, ...range }: SnapshotRange = {},
): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for (const part of recordedParts(db, sessionId, range)) {
    found.push(...(await readPart(db, store, { ...part, kind })));
  }
  return found;
}

/**
 * The newest snapshot of a kind at or before a step, inherited ones included; null if there is none.
 *
 * @throws SessionNotFound, MetricsDamaged
 * @example (await nearestSnapshot(db, store, id, 310, "sample"))?.step // 300
 */
export async function nearestSnapshot(
  db: Catalog,
  store: string,
  sessionId: string,
  step: number,
  kind: SnapshotKind,
): Promise<Snapshot | null> {
  for (const part of recordedParts(db, sessionId, { to: step }).reverse()) {
    const rows = await readPart(db, store, { ...part, kind, newest: true });
    if (rows.length > 0) return rows.at(-1)!;
  }
  return null;
}

/**
 * The samples of a session along its timeline, inherited ones included, by ascending step.
 *
 * @throws SessionNotFound, MetricsDamaged
 * @example (await readSamples(db, store, id)).at(-1)?.text
 */
export async function readSamples(
  db: Catalog,
  store: string,
  sessionId: string,
  range: StepRange = {},
): Promise<SampleRow[]> {
  const found = await readSnapshots(db, store, sessionId, { ...range, kind: "sample" });
  return found.flatMap((row) =>
    row.kind === "sample" ? [{ step: row.step, prompt: row.prompt, text: row.text }] : [],
  );
}

interface Part {
  runId: string;
  from: number;
  to: number;
  kind: SnapshotKind | undefined;
  /** Only the last row is wanted. */
  newest?: boolean;
}

async function readPart(db: Catalog, store: string, part: Part): Promise<Snapshot[]> {
  const { runId, from, to, kind, newest } = part;
  const fits = (row: { step: number | bigint; kind: string }): boolean =>
    row.step >= from && row.step <= to && (kind === undefined || row.kind === kind);
  // A run of before schema 4 has samples in a form of their own.
  const old =
    findSealed(db, runId, "samples") !== null || listSegments(db, runId, "samples").length > 0;
  const rows = await readRun<SnapshotCells[]>(db, store, runId, old ? "samples" : "snapshots", {
    sealed: async (file) => {
      if (old) return samples(tableFromParquet(await readFile(file)).toArray()).filter(fits);
      const sealed = await openSealed(file);
      try {
        const outline = await sealed.outline();
        const last = outline.findLastIndex(fits);
        const first = newest ? last : outline.findIndex(fits);
        if (last === -1) return [];
        return (await sealed.read(first, last + 1)).filter(fits);
      } finally {
        await sealed.close();
      }
    },
    segment: async (file) => {
      const table = readSegment(await readFile(file));
      if (!table) return null;
      return (old ? samples(table.toArray()) : rowsOfTable(table)).filter(fits);
    },
  });
  const all = rows.flat();
  const wanted = newest ? all.slice(-1) : all;
  return wanted.flatMap((cells) => {
    const snapshot = snapshotOf(cells);
    return snapshot ? [old ? { ...snapshot, wall: null } : snapshot] : [];
  });
}

function samples(rows: readonly SampleRow[]): SnapshotCells[] {
  return rows.map(({ step, prompt, text }) => ({
    ...{ step: BigInt(step), wall: 0n, kind: "sample", prompt, text },
    ...{ tokens: null, attention: null, points: null },
  }));
}
