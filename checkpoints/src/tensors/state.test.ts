import { describe, expect, test } from "vitest";
import { stateInput } from "../testing/fixtures.js";
import { sha256 } from "../hashing/digests.js";
import { stateDigest } from "./state.js";
import type { DigestibleTensor, StateInput } from "./state.js";

const weights = (...numbers: number[]): DigestibleTensor => ({
  name: "weights",
  dtype: "F32",
  shape: [numbers.length],
  bytes: new Uint8Array(Float32Array.from(numbers).buffer),
});
const slots: DigestibleTensor = { name: "m", dtype: "F32", shape: [1], sha256: sha256("m") };
const base = (): [number, DigestibleTensor[], StateInput] => [
  25,
  [weights(1, 2), slots],
  stateInput({ blobs: { corpus: sha256("corpus") } }),
];

describe("stateDigest", () => {
  test("is the same for the same state in another order", () => {
    const [step, tensors, state] = base();
    const turned = {
      ...state,
      cursor: { position: 12, epoch: 1 },
      rng: { sampling: "é", batches: "9007199254740993" },
    };
    expect(stateDigest(step, tensors.toReversed(), turned)).toBe(stateDigest(step, tensors, state));
  });

  test("does not depend on the engine", () => {
    const [step, tensors, state] = base();
    const digest = stateDigest(step, tensors, { ...state, engine: "{}" });
    expect(digest).toBe(stateDigest(step, tensors, state));
  });

  test("takes a known sha256 for the bytes", () => {
    const [step, tensors, state] = base();
    const known = { ...weights(1, 2), bytes: undefined, sha256: sha256(weights(1, 2).bytes!) };
    expect(stateDigest(step, [known, slots], state)).toBe(stateDigest(step, tensors, state));
  });

  const changes: Record<string, (state: StateInput) => Partial<StateInput>> = {
    rng: (state) => ({ rng: { ...state.rng, sampling: "e" } }),
    cursor: (state) => ({ cursor: { ...state.cursor, position: 13 } }),
    blobs: () => ({ blobs: { corpus: sha256("Corpus") } }),
    configs: () => ({ configs: { model: '{"layers": 4}' } }),
    "another name in configs": (state) => ({ configs: { Model: state.configs["model"]! } }),
  };
  test.each(Object.entries(changes))("changes with %s", (_, change) => {
    const [step, tensors, state] = base();
    const changed = { ...state, ...change(state) };
    expect(stateDigest(step, tensors, changed)).not.toBe(stateDigest(step, tensors, state));
  });

  test("changes with step, shape, name, and sign of zero", () => {
    const [step, tensors, state] = base();
    const digests = [
      stateDigest(step, tensors, state),
      stateDigest(step + 1, tensors, state),
      stateDigest(step, [{ ...weights(1, 2), shape: [1, 2] }, slots], state),
      stateDigest(step, [weights(1, 2), { ...slots, name: "v" }], state),
      stateDigest(step, [weights(0, 2), slots], state),
      stateDigest(step, [weights(-0, 2), slots], state),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test.each<[string, () => string]>([
    ["a step below 0", () => stateDigest(-1, [], stateInput())],
    ["a name that comes twice", () => stateDigest(0, [weights(1), weights(2)], stateInput())],
    ["a fraction in the cursor", () => stateDigest(0, [], stateInput({ cursor: { at: 0.5 } }))],
    ["half a surrogate pair", () => stateDigest(0, [], stateInput({ rng: { a: "\ud800" } }))],
    ["no engine", () => stateDigest(0, [], stateInput({ engine: undefined as never }))],
    ["no random numbers", () => stateDigest(0, [], stateInput({ rng: undefined as never }))],
    ["a blob that is no digest", () => stateDigest(0, [], stateInput({ blobs: { a: "x" } }))],
  ])("refuses %s", (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: "OptionInvalid" }));
  });
});
