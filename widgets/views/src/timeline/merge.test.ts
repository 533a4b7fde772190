import type { TimelineAppend } from "@forkpoint/wire";
import { describe, expect, test } from "vitest";
import { mergeAppend, type TimelineFacts } from "./merge.js";

const sample = (step: number, text = "t") => ({ step, prompt: "p", text });
const state: TimelineFacts = {
  session: { id: "s", name: "s", parent_id: null, parent_name: null, root_id: "s", fork_step: 0 },
  summary: "",
  run: null,
  step: 200,
  backend: "",
  samples: [sample(0), sample(100), sample(200)],
  marks: [{ step: 100, kind: "model", label: "M" }],
  stretches: [],
  reduced_until: null,
  proposal: { name: "a-2", to: 0, learning_rate: null, weight_decay: null },
  reaching: null,
  sequence: 7,
  text: "",
};
const append: TimelineAppend = { kind: "append", sequence: 8, step: 250, run: null };

describe("an append", () => {
  test("moves the newest step on and keeps what it does not name", () => {
    expect(mergeAppend(state, append)).toEqual({
      missed: false,
      state: { ...state, step: 250, sequence: 8 },
    });
  });

  test.each([7, 3])("with sequence %d is known already", (sequence) => {
    expect(mergeAppend(state, { ...append, sequence })).toBeNull();
  });

  test("after a gap says that one was missed", () => {
    expect(mergeAppend(state, { ...append, sequence: 10 })!.missed).toBe(true);
  });

  test("adds samples, and replaces those a run that resumed earlier hides", () => {
    const later = mergeAppend(state, { ...append, samples: [sample(300)] })!.state.samples;
    expect(later.map(({ step }) => step)).toEqual([0, 100, 200, 300]);
    const earlier = mergeAppend(state, { ...append, samples: [sample(100, "new")] })!.state.samples;
    expect(earlier).toEqual([sample(0), sample(100, "new")]);
  });

  test("with marks replaces all of them", () => {
    expect(mergeAppend(state, { ...append, marks: [] })!.state.marks).toEqual([]);
  });
});
