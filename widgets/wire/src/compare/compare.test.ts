import { expect, test } from "vitest";
import { parseCompareRequest, parseCompareState, WireInvalid } from "../index.js";

const tensor = {
  name: "w",
  shape: [2, 3],
  relative: 0.1,
  largest: 1,
  rows: 2,
  columns: 3,
  offset: 0,
};
const weights = {
  ...{ status: "ready", progress: null, one_step: 4, other_step: 5, tensors: [tensor] },
  error: null,
};
const state = {
  ...{ shared_step: 3, weights, heat: new Uint8Array(24) },
  differences: [{ option: "seed", one: "1", other: "2" }],
};

test("a comparison is taken as it is; a damaged one is refused", () => {
  expect(parseCompareState({ ...state, text: "" })).toEqual(state);
  const bad = [
    { shared_step: -1 },
    { heat: "AAAA" },
    { differences: [{ option: "seed", one: 1, other: "2" }] },
    { weights: { ...weights, status: "odd" } },
    { weights: { ...weights, tensors: [{ ...tensor, relative: NaN }] } },
  ];
  for (const change of bad)
    expect(() => parseCompareState({ ...state, ...change })).toThrow(WireInvalid);
});

test("requests keep only what belongs to their action", () => {
  expect(parseCompareRequest({ id: "1", action: "weights", step: 3, strategy: "adopt" })).toEqual({
    ...{ id: "1", action: "weights", step: 3 },
  });
  expect(parseCompareRequest({ id: "1", action: "cancel", step: 3 })).toEqual({
    ...{ id: "1", action: "cancel" },
  });
  expect(() => parseCompareRequest({ id: "1", action: "merge" })).toThrow(WireInvalid);
  expect(() => parseCompareRequest({ id: "1", action: "weights", step: 1.5 })).toThrow(WireInvalid);
});
