import { Float64, makeVector, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { sentRows } from "../../kernel/forkpoint/dist/views/rows.js";
import { randomStream } from "../../tests/support/random.mjs";

/** Steps of the timeline. */
export const STEPS = 1_000_000;
/** Samples of it. */
export const SAMPLES = 20_000;

/** A random walk with 20 spikes of a single step, and an evaluation every thousand steps. */
export function million() {
  const random = randomStream(7);
  const loss = new Float64Array(STEPS);
  let [value, low, high] = [3, Infinity, -Infinity];
  for (let step = 0; step < STEPS; step++) {
    value += (random() - 0.5) * 0.01;
    loss[step] = value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const spike = high + (high - low) * 0.5;
  const spikes = Array.from({ length: 20 }, (_, index) => 20_017 + index * 49_997);
  for (const step of spikes) loss[step] = spike;
  const validation = Array.from(loss, (at, step) => (step % 1000 === 0 ? at + 0.1 : null));
  const table = new Table({
    step: makeVector(BigInt64Array.from({ length: STEPS }, (_, step) => BigInt(step))),
    train_loss: makeVector(loss),
    validation_loss: vectorFromArray(validation, new Float64()),
  });
  return { full: tableToIPC(table, "stream"), sent: sentRows(table).stream, spikes, high, spike };
}
