import { rows, samples } from "./recorded.js";
import { snapshots } from "./snapshots.js";

const hostile = `</script><img src=x onerror="document.title='run'"><b>bold</b> ${"long".repeat(40)}`;

const session = {
  id: "s1",
  name: "sonnets",
  parent_id: null as string | null,
  parent_name: null as string | null,
  root_id: "s1",
  fork_step: 0,
};
const run = {
  id: "r1",
  status: "running",
  from: 0,
  target: 2000,
  steps_per_second: 41.27,
  seconds_left: 19,
  seconds: 21,
  error: null as { code: string; message: string } | null,
};
const timeline = {
  session,
  summary: "MicroGPT · 4 layers · 4 heads · 128 wide · 0.8 M parameters · 154 sonnets",
  run: run as typeof run | null,
  step: 1234,
  backend: "native CPU (TensorFlow 2.20.0)",
  metrics: [rows(0, 1234)],
  samples: samples(1234),
  marks: [
    ...[0, 20, 50, 110, 230, 400, 600, 800, 1000, 1100, 1200].map((step) => {
      return { step, kind: "checkpoint", label: "keyframe" };
    }),
    { step: 300, kind: "fork", label: "to hot" },
    { step: 500, kind: "model", label: "First words" },
    { step: 700, kind: "event", label: "loss spike, rolled back" },
    { step: 900, kind: "model", label: "Half way" },
  ],
  stretches: [{ run_id: "r1", status: "running", from: 0, to: 1234, inherited: false }],
  reduced_until: null as number | null,
  proposal: { name: "sonnets-2", to: 2000, learning_rate: 0.001, weight_decay: 0.1 },
  reaching: null as { from: number; to: number; step: number } | null,
  sequence: 1,
};
const library = {
  models: [
    model("m2", "Half way", 900, 1.702),
    model("m1", "First words", 500, 2.104),
    model("m0", "An old one without a loss", 20, null),
  ],
  active: { session_id: "s1", session_name: "sonnets", status: "running", model_name: "Half way" },
  can_save: true,
  default_name: "Model 1",
  status: "ready",
  error: null as { code: string; message: string } | null,
};

function model(id: string, name: string, step: number, loss: number | null) {
  const created_at = "2026-01-01T00:00:00.000Z";
  const from = { session_id: "s1", session_name: "sonnets", created_at };
  return { id, name, step, train_loss: loss, ...from };
}

const nothing = { metrics: [], samples: [], marks: [], step: 0 };

const noSnapshots = {
  ...{ session_id: "s1", prompt: "\n", writes: true, reason: null, status: "ready" },
  ...{ entries: [], packs: [], trial: null, sequence: 1 },
};

/** What a kernel would have sent: state of the timeline, of the library, and whether the kernel is there. */
export const scenes: Record<
  string,
  { timeline: object; library: object; snapshots?: object; live?: boolean }
> = {
  running: { timeline, library },
  reaching: { timeline: { ...timeline, reaching: { from: 230, to: 377, step: 310 } }, library },
  forked: {
    timeline: {
      ...timeline,
      session: {
        ...session,
        id: "s2",
        name: "hot",
        parent_id: "s1",
        parent_name: "sonnets",
        fork_step: 400,
      },
      stretches: [
        { run_id: "r0", status: "interrupted", from: 0, to: 400, inherited: true },
        { run_id: "r1", status: "interrupted", from: 401, to: 700, inherited: false },
        { run_id: "r2", status: "running", from: 801, to: 1234, inherited: false },
      ],
      metrics: [rows(0, 700), rows(801, 1234)],
      marks: [{ step: 400, kind: "fork", label: "from sonnets" }],
    },
    library,
  },
  paused: { timeline: { ...timeline, run: { ...run, status: "paused" } }, library },
  completed: {
    timeline: {
      ...timeline,
      step: 2000,
      metrics: [rows(0, 2000)],
      samples: samples(2000),
      run: { ...run, status: "completed" },
    },
    library,
  },
  offline: { timeline, library, live: false },
  starting: {
    timeline: { ...timeline, ...nothing },
    library: { ...library, models: [] },
    snapshots: noSnapshots,
  },
  untrained: {
    snapshots: noSnapshots,
    timeline: { ...timeline, ...nothing, run: null },
    library: { ...library, models: [], can_save: false, active: null },
  },
  failed: {
    timeline: {
      ...timeline,
      run: {
        ...run,
        status: "failed",
        error: {
          code: "LossNotFinite",
          message:
            "The loss became NaN at step 1,235. Continue from an earlier step with a smaller learning rate.",
        },
      },
    },
    library: {
      ...library,
      status: "failed",
      error: { code: "StoreNotWritable", message: "The store cannot be read. Is the disk full?" },
    },
  },
  hostile: {
    timeline: {
      ...timeline,
      session: { ...session, name: hostile, parent_name: hostile, parent_id: "p", fork_step: 100 },
      summary: hostile,
      samples: [{ step: 0, prompt: hostile, text: hostile }],
    },
    library: {
      ...library,
      models: [model("m9", hostile, 12, 1)],
      active: { ...library.active, model_name: hostile },
    },
  },
  long: {
    timeline: {
      ...timeline,
      step: 20_000,
      metrics: [rows(0, 20_000)],
      samples: Array.from({ length: 20_001 }, (_, step) => ({
        ...{ step, prompt: "Shall I" },
        text: `Shall I number ${step} of them, of which a word changes: ${step % 7}\nand a line`,
      })),
    },
    library,
    snapshots: snapshots(20_000),
  },
  unreadable: { timeline: { ...timeline, metrics: [new Uint8Array([1, 2, 3])] }, library },
};
