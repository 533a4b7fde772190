import { write } from "../catalog/connection.js";
import { endFilling, noteFilling, putFilled } from "../catalog/filling.js";
import { findSealed, listSegments } from "../catalog/recorded-rows.js";
import { getRun } from "../catalog/runs.js";
import { MetricsInvalid } from "../errors/data-errors.js";
import { removeIfThere, renameDurably, writeDurably } from "../files/durable.js";
import { SERIES_FOLDER, sealedFile, temporaryFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { recordedParts } from "../metrics/along.js";
import type { WriterContext } from "../writer/context.js";
import { requireNotTraining } from "../writer/runs-at-work.js";
import { cellsOf } from "./rows.js";
import type { SnapshotCells } from "./rows.js";
import { sealSnapshots } from "./seal.js";
import { openSealed, sealedSnapshots } from "./sealed.js";
import { requireSnapshot } from "./snapshot.js";
import type { NewSnapshot } from "./snapshot.js";

/**
 * Adds snapshots of steps of the past to the runs that made those steps, ancestors' runs included. One of a
 * kind that its step has already takes its place. What is sealed waits its turn: runs that end first.
 *
 * @throws SessionNotFound; SessionBusy when a run of those steps goes on; MetricsInvalid for no snapshot,
 *   and for a step that no run recorded; MetricsDamaged, and the system's or SQLite's error
 * @example await fillSnapshots(context, sessionId, [{ step: 300, kind: "sample", prompt, text }]);
 */
export async function fillSnapshots(
  context: WriterContext,
  sessionId: string,
  snapshots: readonly NewSnapshot[],
): Promise<void> {
  for (const snapshot of snapshots) requireSnapshot(snapshot);
  const byRun = new Map<string, NewSnapshot[]>();
  const parts = recordedParts(context.db, sessionId, {});
  for (const snapshot of snapshots) {
    const { step } = snapshot;
    const part = parts.find(({ from, to }) => from <= step && step <= to);
    if (!part) throw new MetricsInvalid({ reason: `no run recorded step ${step}` });
    const of = byRun.get(part.runId) ?? [];
    byRun.set(part.runId, [...of, snapshot]);
  }
  for (const runId of byRun.keys()) requireClosed(context, runId);
  const filled = context.sealing.then(async () => {
    for (const [runId, fresh] of byRun) await fillRun(context, runId, fresh);
  });
  // The queue goes on whatever becomes of this.
  context.sealing = filled.catch(() => {});
  await filled;
}

function requireClosed(context: WriterContext, runId: string): void {
  const { db } = context;
  write(db, () => requireNotTraining(context, getRun(db, runId).sessionId, runId));
  const old = findSealed(db, runId, "samples") ?? listSegments(db, runId, "samples").at(0);
  if (old) {
    const reason = "the run was recorded before there were snapshots, which cannot be added to it";
    throw new MetricsInvalid({ reason });
  }
}

async function fillRun(
  context: WriterContext,
  runId: string,
  fresh: readonly NewSnapshot[],
): Promise<void> {
  // A run whose snapshots could not be sealed when it ended is sealed now, or this fails too.
  await sealSnapshots(context, runId);
  const { db, path, lease } = context;
  const file = sealedFile(path, "snapshots", runId);
  const before = findSealed(db, runId, "snapshots") ? await readAll(file) : [];
  const rows = merged(before, fresh.map(cellsOf));
  const bytes = await sealedSnapshots(rows);
  const temporary = temporaryFile(path, SERIES_FOLDER["snapshots"], lease.id, newId());
  write(db, () => noteFilling(db, { runId, lease: lease.id }));
  writeDurably(temporary, [bytes]);
  try {
    write(db, () => {
      renameDurably(temporary, file);
      putFilled(db, runId, rows.length, bytes.byteLength);
      endFilling(db, runId);
    });
  } finally {
    removeIfThere(temporary);
  }
}

async function readAll(file: string): Promise<SnapshotCells[]> {
  const sealed = await openSealed(file);
  try {
    return await sealed.read(0, sealed.rows);
  } finally {
    await sealed.close();
  }
}

function merged(before: SnapshotCells[], fresh: SnapshotCells[]): SnapshotCells[] {
  const keyOf = ({ step, kind }: SnapshotCells): string => `${step} ${kind}`;
  const rows = new Map(before.map((row) => [keyOf(row), row]));
  for (const row of fresh) rows.set(keyOf(row), row);
  // A sort keeps the order of equals.
  return [...rows.values()].sort((one, other) => Number(BigInt(one.step) - BigInt(other.step)));
}
