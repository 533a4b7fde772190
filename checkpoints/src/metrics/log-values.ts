import { readFileSync } from "node:fs";
import type { Table } from "apache-arrow";
import { MetricsDamaged } from "../errors/data-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { write } from "../catalog/connection.js";
import { putLogged } from "../catalog/logged.js";
import { findSealed, listSegments } from "../catalog/recorded-rows.js";
import { timeline } from "../catalog/timeline.js";
import { getSession } from "../catalog/sessions.js";
import { sealedFile, segmentFile } from "../folder/layout.js";
import type { WriterContext } from "../writer/context.js";
import { tableFromParquet } from "./parquet.js";
import { readSegment } from "./segment-reader.js";

/** Values about one step. */
export interface LoggedRow {
  step: number;
  /** By column: a word in snake_case that no recorded column has. */
  values: Readonly<Record<string, number>>;
}

/**
 * Logs values about steps of the past. A later value of the same name and step takes the place of
 * an earlier one.
 *
 * @throws SessionNotFound, OptionInvalid, MetricsDamaged, and the system's or SQLite's error; then nothing is left
 * @example logValues(context, sessionId, [{ step: 300, values: { probe: 0.3 } }]);
 */
export function logValues(
  context: WriterContext,
  sessionId: string,
  rows: readonly LoggedRow[],
): void {
  const { db } = context;
  getSession(db, sessionId);
  const names = new Set(rows.flatMap((row) => Object.keys(row.values)));
  for (const name of names) {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
      throw new OptionInvalid({
        option: `values["${name}"]`,
        reason: "must be named in snake_case",
      });
    }
  }
  for (const { step, values } of rows) {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new OptionInvalid({ option: "step", reason: "must be a whole number from 0 on" });
    }
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== "number") {
        throw new OptionInvalid({ option: `values.${name}`, reason: "must be a number" });
      }
    }
  }
  for (const name of recordedColumns(context, sessionId)) {
    if (names.has(name)) {
      throw new OptionInvalid({
        option: `values.${name}`,
        reason: "has the name of a column that training recorded; choose another",
      });
    }
  }
  write(db, () => {
    for (const { step, values } of rows) {
      for (const [name, value] of Object.entries(values)) {
        putLogged(db, sessionId, step, name, value);
      }
    }
  });
}

function recordedColumns(context: WriterContext, sessionId: string): Set<string> {
  const runs = new Set(timeline(context.db, sessionId).map((part) => part.runId));
  return new Set(["step", "wall", ...[...runs].flatMap((runId) => columnsOfRun(context, runId))]);
}

// A sealed run never changes, and reading one for its names alone is slow.
function columnsOfRun({ db, path, sealedColumns }: WriterContext, runId: string): string[] {
  const known = sealedColumns.get(runId);
  if (known) return known;
  if (findSealed(db, runId, "metrics")) {
    const names = columnsIn(sealedFile(path, "metrics", runId), tableFromParquet);
    sealedColumns.set(runId, names);
    return names;
  }
  return listSegments(db, runId, "metrics").flatMap(({ number, rows }) =>
    rows === 0 ? [] : columnsIn(segmentFile(path, "metrics", runId, number), readSegment),
  );
}

function columnsIn(file: string, read: (bytes: Uint8Array) => Table | null): string[] {
  try {
    return read(readFileSync(file))?.schema.fields.map((field) => field.name) ?? [];
  } catch (error) {
    throw new MetricsDamaged({ file, reason: (error as Error).message }, { cause: error });
  }
}
