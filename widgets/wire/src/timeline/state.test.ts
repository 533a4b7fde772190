import { describe, expect, test } from "vitest";
import { LIMITS, parseTimelineState, WireInvalid } from "../index.js";

const state = {
  session: { id: "s", name: "a", parent_id: null, parent_name: null, root_id: "s", fork_step: 0 },
  summary: "",
  run: {
    id: "r",
    status: "failed",
    from: 0,
    target: 10,
    steps_per_second: null,
    seconds_left: null,
    seconds: 4,
    error: { code: "LossNotFinite", message: "The loss became NaN." },
  },
  step: 3,
  backend: "",
  metrics: [new Uint8Array(8)],
  samples: [{ step: 0, prompt: "<b>", text: "</script>" }],
  marks: [{ step: 1, kind: "model", label: "M" }],
  stretches: [{ run_id: "r", status: "failed", from: 0, to: 3, inherited: false }],
  reduced_until: null,
  proposal: { name: "a-2", to: 10, learning_rate: 0.001, weight_decay: null },
  reaching: { from: 0, to: 9, step: 4 },
  sequence: 4,
  text: "",
};

/** Where a state is refused, and what was expected there. */
function refused(value: unknown): string {
  try {
    parseTimelineState(value);
  } catch (error) {
    if (error instanceof WireInvalid) return error.data.path;
    throw error;
  }
  return "nothing";
}

describe("a timeline's state", () => {
  test("is taken as it is, without the keys it does not know", () => {
    const more = { ...state, layout: "IPY_MODEL_1", session: { ...state.session, extra: 1 } };
    expect(parseTimelineState(more)).toEqual(state);
  });

  test.each<[string, object]>([
    ["step", { step: -1 }],
    ["step", { step: 1.5 }],
    ["step", { step: "3" }],
    ["session", { session: null }],
    ["session.name", { session: { ...state.session, name: 5 } }],
    ["run.status", { run: { ...state.run, status: "sleeping" } }],
    ["run.steps_per_second", { run: { ...state.run, steps_per_second: NaN } }],
    ["run.error.message", { run: { ...state.run, error: { code: "X" } } }],
    ["metrics[0]", { metrics: ["AAAA"] }],
    ["samples[1].text", { samples: [state.samples[0], { step: 1, prompt: "" }] }],
    ["stretches[0].status", { stretches: [{ ...state.stretches[0], status: "gone" }] }],
    ["reduced_until", { reduced_until: -1 }],
    ["proposal.learning_rate", { proposal: { ...state.proposal, learning_rate: "fast" } }],
    ["reaching.step", { reaching: { from: 0, to: 9 } }],
    ["marks[0].kind", { marks: [{ step: 1, kind: "script", label: "" }] }],
    ["summary", { summary: "x".repeat(LIMITS.sentence + 1) }],
  ])("is refused at %s", (path, change) => {
    expect(refused({ ...state, ...change })).toBe(path);
  });

  test("is refused where a key is inherited and not its own", () => {
    const { step, ...rest } = state;
    expect(refused(Object.assign(Object.create({ step }), rest))).toBe("step");
  });
});
