import {
  Float64,
  Int64,
  Table,
  TimestampMillisecond,
  tableToIPC,
  vectorFromArray,
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
  const column = (name: string) =>
    vectorFromArray(
      rows.map((row) => row[name] ?? null),
      new Float64(),
    );
  const table = new Table({
    step: vectorFromArray(
      rows.map(({ step }) => BigInt(step)),
      new Int64(),
    ),
    wall: vectorFromArray(
      rows.map(({ wall }) => wall),
      new TimestampMillisecond("UTC"),
    ),
    train_loss: column("train_loss"),
    validation_loss: column("validation_loss"),
    learning_rate: column("learning_rate"),
    step_ms: column("step_ms"),
    ...Object.fromEntries([...own].map((name) => [name, column(name)])),
  });
  return tableToIPC(table, "stream");
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
