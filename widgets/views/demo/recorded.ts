import { tableFromArrays, tableToIPC } from "apache-arrow";

/** A small generator of numbers from 0 to 1, the same at every load, so that pictures can be compared. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** Rows `from` to `to` of a run that looks like one of MicroGPT on the sonnets. */
export function rows(from: number, to: number): Uint8Array {
  const next = randomNumbers(from + 7);
  const count = to - from + 1;
  const step = BigInt64Array.from({ length: count }, (_, row) => BigInt(from + row));
  const train = Float64Array.from(step, (at) => {
    const curve = 1.45 + 2.8 * Math.exp(-Number(at) / 90) + 0.6 * Math.exp(-Number(at) / 700);
    return curve + (next() - 0.5) * 0.18 + (next() < 0.002 ? 0.5 : 0);
  });
  const validation = Array.from(step, (at, row) =>
    Number(at) % 100 === 0 ? train[row]! * 0.98 + 0.1 : null,
  );
  return tableToIPC(
    tableFromArrays({ step, train_loss: train, validation_loss: validation }),
    "stream",
  );
}

const lines = [
  "Shall Ik tho e  wend,sat ou the\nhe  ire mat, so thy s heer",
  "Shall I the sore the with the beaut,\nAnd the will thou doth in the mere so.",
  "Shall I compare the summer with thy face,\nAnd all my love in thee doth make the time,",
  "Shall I compare thee to a summer's day,\nWhen in thy heart the sweetest beauty lies?",
];

/** A sample each hundred steps up to `to`. */
export function samples(to: number): { step: number; prompt: string; text: string }[] {
  return Array.from({ length: Math.floor(to / 100) + 1 }, (_, index) => ({
    step: index * 100,
    prompt: "Shall I",
    text: lines[Math.min(lines.length - 1, Math.floor(index / 4))]!,
  }));
}
