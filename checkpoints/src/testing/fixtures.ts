import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Timestamp,
  TimeUnit,
  vectorFromArray,
} from "apache-arrow";
import type { NewCheckpoint } from "../tensors/save.js";
import type { StateInput } from "../tensors/state.js";
import type { RunInput, SessionInput } from "../writer/writer.js";

/** A folder for one test, and its removal. @example const { path, remove } = temporaryFolder(); */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "forkpoint-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A session to be made. @example await store.writer.createSession(sessionInput("sonnets")) */
export function sessionInput(name: string, more: Partial<SessionInput> = {}): SessionInput {
  return {
    name,
    modelKind: "micro-gpt",
    modelConfig: '{"layers":4}',
    trainingConfig: '{"seed":1337}',
    dataConfig: '{"corpus":"sonnets"}',
    ...more,
  };
}

/** A run to be started. @example await store.writer.startRun(runInput(session.id)) */
export function runInput(sessionId: string, more: Partial<RunInput> = {}): RunInput {
  const engine = '{"backend":"cpu"}';
  return { sessionId, mode: "fresh", fromStep: 0, targetStep: 100, seed: 1337, engine, ...more };
}

/** A state without tensors. @example stateInput({ cursor: { epoch: 1 } }) */
export function stateInput(more: Partial<StateInput> = {}): StateInput {
  return {
    rng: { batches: "9007199254740993", sampling: "é" },
    cursor: { epoch: 1, position: 12 },
    blobs: {},
    configs: { model: '{"layers":4}' },
    engine: '{"backend":"cpu"}',
    ...more,
  };
}

/** A checkpoint to be saved whose tensors hold these numbers. @example checkpointInput(id, 5, { w: [1, 2] }) */
export function checkpointInput(
  sessionId: string,
  step: number,
  tensors: Record<string, readonly number[]>,
  more: Partial<NewCheckpoint> = {},
): NewCheckpoint {
  const numbers = Object.values(tensors).flat();
  const buffer = Float32Array.from(numbers).buffer;
  let offset = 0;
  const slices = Object.entries(tensors).map(([name, { length }]) => {
    const slice = { name, dtype: "F32" as const, shape: [length], offset, length: 4 * length };
    offset += slice.length;
    return slice;
  });
  const state = stateInput();
  return {
    sessionId,
    runId: null,
    step,
    trigger: "manual",
    state,
    buffer,
    tensors: slices,
    ...more,
  };
}

/** Rows of metrics: `step`, and any other columns. */
export type MetricsRow = { step: number } & Record<string, number | null>;

/** The time that metricsStream writes for a step. @example wallOf(3) */
export function wallOf(step: number): number {
  return 1_763_690_000_000 + step * 37;
}

/** An Arrow IPC stream of these rows, with a column `wall`. @example metricsStream([{ step: 0, train_loss: null }]) */
export function metricsStream(rows: readonly MetricsRow[]): Uint8Array {
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== "step");
  const wall = new Timestamp(TimeUnit.MILLISECOND, "UTC");
  const fields = [
    new Field("step", new Int64(), false),
    new Field("wall", wall, false),
    ...names.map((name) => new Field(name, new Float64(), true)),
  ];
  const steps = BigInt64Array.from(rows, (row) => BigInt(row.step));
  const walls = BigInt64Array.from(rows, (row) => BigInt(wallOf(row.step)));
  const children = [
    makeData({ type: new Int64(), data: steps }),
    makeData({ type: wall, data: walls }),
    ...names.map((name) => {
      const values = rows.map((row) => row[name] ?? null);
      return vectorFromArray(values, new Float64()).data[0]!;
    }),
  ];
  const schema = new Schema(fields);
  const type = new Struct(fields);
  const batch = new RecordBatch(schema, makeData({ type, length: rows.length, children }));
  return tableToIPC(new Table(schema, [batch]), "stream");
}

/** Rows `from` to `to` with a loss that only this seed gives. @example lossRows(0, 9, 1) */
export function lossRows(from: number, to: number, seed: number): MetricsRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    step: from + index,
    train_loss: seed + 1 / (1 + from + index),
  }));
}

/** The steps and one column of a table of metrics. @example columnOf(table, "train_loss") // [[0, 2.5], …] */
export function columnOf(table: Table, name: string): [number, number | null][] {
  const values = table.getChild(name)!;
  return Array.from(table.getChild("step")!, (step, row) => [Number(step), values.get(row)]);
}

/** The Python with pyarrow, duckdb and safetensors: FORKPOINT_PYTHON, else the repository's own. */
export const python =
  process.env["FORKPOINT_PYTHON"] ??
  fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));

/** What a Python program prints. Throws when it fails. @example runPython("print(1)") // "1\n" */
export function runPython(program: string, input = "", ...words: string[]): string {
  return execFileSync(python, ["-c", program, ...words], { input, encoding: "utf8" });
}
