import { describe, expect, test } from "vitest";
import { parseLibraryRequest, parseTimelineAppend, parseTimelineState } from "./index.js";
import type { TimelineState } from "./index.js";

const state: TimelineState = {
  session: { id: "s", name: "a", parent_id: null, parent_name: null, root_id: "s", fork_step: 0 },
  summary: "",
  run: null,
  step: 0,
  backend: "",
  metrics: [new Uint8Array([1])],
  samples: [{ step: 0, prompt: "", text: "</script>" }],
  marks: [],
  stretches: [],
  reduced_until: null,
  proposal: { name: "a-2", to: 0, learning_rate: null, weight_decay: null },
  reaching: null,
  sequence: 0,
  text: "",
};
const invalid = expect.objectContaining({ code: "WireInvalid" });

describe("what crosses between kernel and page", () => {
  test("a state is taken as it is, markup in texts included", () => {
    expect(parseTimelineState(state)).toMatchObject({ samples: state.samples, step: 0 });
  });

  test.each([
    ["a missing key", { ...state, samples: undefined }],
    ["a fractional step", { ...state, step: 1.5 }],
    ["a status that there is not", { ...state, run: { id: "r", status: "dancing" } }],
    ["metrics that are no bytes", { ...state, metrics: ["abc"] }],
    ["no object", null],
  ])("%s is refused", (_, value) => {
    expect(() => parseTimelineState(value)).toThrow(invalid);
  });

  test("an append names what is new; a request its action and no other", () => {
    const append = { kind: "append", sequence: 1, step: 3, run: null };
    expect(parseTimelineAppend(append)).toMatchObject(append);
    expect(parseLibraryRequest({ id: "1", action: "save", name: "x" })).toMatchObject({
      name: "x",
    });
    expect(() => parseLibraryRequest({ id: "1", action: "save" })).toThrow(invalid);
    expect(() => parseLibraryRequest({ id: "1", action: "drop" })).toThrow(invalid);
  });
});
