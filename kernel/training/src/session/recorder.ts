import {
  Float64,
  Int64,
  Table,
  TimestampMillisecond,
  Vector,
  makeData,
  tableToIPC,
} from "apache-arrow";

/** The metrics of one step. Null where a metric was not taken at that step. */
export interface MetricRow {
  step: number;
  /** Milliseconds since 1970, UTC. */
  wall: number;
  train_loss: number | null;
  /** Mean loss over the validation batches, at evaluations only. */
  validation_loss: number | null;
  learning_rate: number | null;
  /** Time that the step took, evaluation left out, in milliseconds. */
  step_ms: number | null;
  /** Metrics of a model's own. */
  [metric: string]: number | null;
}

/** Rows as one complete Arrow IPC stream, the form in which they are stored and shown. */
export function metricChunk(rows: MetricRow[]): Uint8Array {
  const known = ["step", "wall", "train_loss", "validation_loss", "learning_rate", "step_ms"];
  const own = new Set(rows.flatMap((row) => Object.keys(row)).filter((it) => !known.includes(it)));
  const length = rows.length;
  const wholes = (name: "step" | "wall") =>
    BigInt64Array.from(rows, (row) => BigInt(Math.trunc(row[name])));
  const step = makeData({ type: new Int64(), length, data: wholes("step") });
  const wall = makeData({ type: new TimestampMillisecond("UTC"), length, data: wholes("wall") });
  const others = [...known.slice(2), ...own].map((name) => [name, numbers(rows, name)]);
  const table = new Table({
    step: new Vector([step]),
    wall: new Vector([wall]),
    ...(Object.fromEntries(others) as Record<string, Vector<Float64>>),
  });
  return tableToIPC(table, "stream");
}

// By hand, for training waits: Arrow's builders take twice as long.
function numbers(rows: readonly MetricRow[], name: string): Vector<Float64> {
  const [type, length] = [new Float64(), rows.length];
  const data = new Float64Array(length);
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  rows.forEach((row, at) => {
    const value = row[name] ?? null;
    data[at] = value ?? 0;
    if (value === null) nullCount += 1;
    else nullBitmap[at >> 3]! |= 1 << (at & 7);
  });
  const nulls = nullCount > 0 ? { nullCount, nullBitmap } : {};
  return new Vector([makeData({ type, length, data, ...nulls })]);
}

/** The pace of training over the last seconds, evaluations and saves included. */
export function createPace(window = 5000): {
  mark(step: number, now: number): void;
  rate(): number | null;
} {
  let marks: [step: number, time: number][] = [];
  return {
    mark(step, now) {
      marks.push([step, now]);
      const first = marks.findIndex(([, time]) => now - time <= window);
      // One mark older than the window is kept, so that slow steps still give a pace.
      if (first > 1) marks = marks.slice(first - 1);
    },
    rate() {
      const [from, to] = [marks[0], marks.at(-1)];
      if (!from || !to || to[1] === from[1]) return null;
      return ((to[0] - from[0]) / (to[1] - from[1])) * 1000;
    },
  };
}
