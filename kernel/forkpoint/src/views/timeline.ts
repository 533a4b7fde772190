import type { Table } from "apache-arrow";
import { tableFromIPC } from "apache-arrow";
import type { RunRow } from "@forkpoint/checkpoints";
import { Widget } from "@forkpoint/jupyter";
import { modelSummary } from "@forkpoint/training";
import type { Session, SessionUpdate, TrainingStore } from "@forkpoint/training";
import {
  LIMITS,
  MODEL_NAMES,
  VIEWS_MODULE,
  WIRE_RANGE,
  parseTimelineRequest,
} from "@forkpoint/wire";
import type {
  TimelineAppend,
  TimelineRequest,
  TimelineState,
  WireRun,
  WireSample,
  WireStretch,
} from "@forkpoint/wire";
import { curveSvg } from "../text/curve.js";
import { countText, durationText, lossText, wholeText } from "../text/number.js";
import { createBranching, proposalOf } from "./branching.js";
import { marksOf } from "./marks.js";
import { answerRequests } from "./reply.js";
import type { Answer } from "./reply.js";
import { joinedRows, sentRows } from "./rows.js";

/** Streams kept apart before they are joined into one: each is a frame of the page's reload. */
const mostChunks = 200;
/** Time in which changes of marks are gathered, in milliseconds: keyframes may come many a second. */
const gatherMarks = 500;

/** The kernel's side of a session's timeline: one per session, whatever views show it. */
export interface Timeline {
  widget: Widget;
  session: Session;
  store: TrainingStore;
  /** The whole timeline as text and as a picture, for tools without widgets. */
  text(): string;
  picture(): string;
  /** The newest text that was sampled; null when there is none. */
  newestSample(): WireSample | null;
  /** The metrics as the page has them. */
  table(): Table;
  /** Calls back when a run has begun, paused or ended. */
  onRun(listener: () => void): () => void;
  /**
   * Told of a session that goes on from a step of this one, because the page asked for it. The page is answered
   * when all have done with it.
   */
  onResumed: Set<(branch: Session) => Promise<void>>;
}

const timelines = new WeakMap<Session, Promise<Timeline>>();

/** The timeline of a session, made at first use with the history that the store holds. */
export function timelineOf(store: TrainingStore, session: Session): Promise<Timeline> {
  let timeline = timelines.get(session);
  if (!timeline) {
    timeline = createTimeline(store, session);
    timelines.set(session, timeline);
    // A failure is seen by whoever awaits; the next use tries again.
    timeline.catch(() => timelines.delete(session));
  }
  return timeline;
}

async function createTimeline(store: TrainingStore, session: Session): Promise<Timeline> {
  let metrics: Uint8Array[] = [];
  let samples: WireSample[] = [];
  let lastStep = -1;
  let reducedUntil: number | null = null;
  let marks = marksOf(store, session);
  let sequence = 0;
  let pace: { rate: number | null; secondsLeft: number | null } = { rate: null, secondsLeft: null };
  let shownRun: string | null = null;
  let reloading: Promise<void> | null = null;
  let during: SessionUpdate[] = [];
  const listeners = new Set<() => void>();

  async function reload(): Promise<void> {
    const [table, texts] = await Promise.all([session.metrics(), session.samples()]);
    samples = texts.map(({ step, prompt, text }) => ({ step, prompt, text }));
    lastStep = lastStepOf(table);
    reducedUntil = null;
    metrics = [];
    if (table.numRows > 0) keep(table);
    // What arrived while the store was read may be in it already: a chunk is stored whole.
    const missed = during;
    during = [];
    for (const update of missed) take(update);
  }

  /** Takes rows in place of all that there are; of very many only a selection stays here. */
  function keep(table: Table): void {
    const { stream, reduced } = sentRows(table);
    metrics = [stream];
    if (reduced) reducedUntil = lastStepOf(table);
  }

  function take(update: SessionUpdate): Uint8Array | WireSample[] | null {
    if (update.kind === "rows") {
      const steps = tableFromIPC(update.chunk).getChild("step")!;
      const newest = Number(steps.get(steps.length - 1));
      if (newest <= lastStep) return null;
      lastStep = newest;
      metrics.push(update.chunk);
      if (metrics.length > mostChunks) keep(tableOf(metrics));
      pace = { rate: update.rate, secondsLeft: update.secondsLeft };
      return update.chunk;
    }
    if (update.kind === "samples") {
      const seen = new Set(samples.map(({ step }) => step));
      const fresh = update.samples.filter(({ step }) => !seen.has(step));
      samples.push(...fresh);
      return fresh.length > 0 ? fresh : null;
    }
    return null;
  }

  await reload();
  const branching = createBranching(store, session, () => {
    widget.set({ reaching: branching.reaching }, { silent: true });
    append({ reaching: branching.reaching });
  });
  const widget = new Widget({
    model: MODEL_NAMES.timeline,
    view: null,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { ...stateNow() },
  });

  function stateNow(): TimelineState {
    const run = runNow();
    return {
      session: sessionNow(store, session),
      summary: summaryOf(session),
      run,
      step: Math.max(lastStep, 0, session.step),
      backend: session.engineTitle ?? engineOfRun(session.runs.at(-1)),
      metrics: metrics as unknown as TimelineState["metrics"],
      samples,
      marks,
      stretches: stretchesOf(store, session),
      reduced_until: reducedUntil,
      proposal: proposalOf(store, session),
      reaching: branching.reaching,
      sequence,
      text: textOf(session, run, tableOf(metrics)),
    };
  }

  function runNow(): WireRun | null {
    const row = session.runs.at(-1);
    if (!row) return null;
    const live = row.status === "running";
    return {
      id: row.id,
      status: row.status,
      from: row.fromStep,
      target: row.targetStep,
      steps_per_second: live ? pace.rate : null,
      seconds_left: live ? pace.secondsLeft : null,
      error: row.error,
    };
  }

  function append(content: Partial<TimelineAppend>, chunk?: Uint8Array): void {
    sequence += 1;
    const { step, run } = { step: Math.max(lastStep, 0), run: runNow() };
    const kept = { metrics, samples, marks, step, run, sequence, reduced_until: reducedUntil };
    widget.set(kept, { silent: true });
    const message: TimelineAppend = { kind: "append", sequence, step, run, ...content };
    widget.send(message, chunk ? [chunk] : []);
  }

  let gathering = false;
  function marksMayDiffer(): void {
    if (gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      // The store may have been closed meanwhile.
      if (!store.open.includes(session)) return;
      const now = marksOf(store, session);
      if (JSON.stringify(now) === JSON.stringify(marks)) return;
      marks = now;
      widget.set({ proposal: proposalOf(store, session) });
      append({ marks });
    }, gatherMarks).unref();
  }

  async function showAll(): Promise<void> {
    if (metrics.length > 1) keep(tableOf(metrics));
    marks = marksOf(store, session);
    sequence += 1;
    widget.set({ ...stateNow() });
    for (const listener of listeners) listener();
  }

  session.subscribe((update) => {
    if (reloading && (update.kind === "rows" || update.kind === "samples")) {
      during.push(update);
      return;
    }
    const fresh = take(update);
    if (update.kind === "rows" && fresh) return append({}, fresh as Uint8Array);
    if (update.kind === "samples" && fresh) return append({ samples: fresh as WireSample[] });
    if (update.kind === "checkpoint") return marksMayDiffer();
    if (update.kind === "engine") return widget.set({ backend: session.engineTitle ?? "" });
    if (update.kind === "rewound" || update.kind === "recorded") {
      shownRun = null;
      reloading = reload().finally(() => (reloading = null));
      void reloading.then(showAll);
      return;
    }
    if (update.kind !== "run") return;
    const run = session.runs.at(-1);
    // A run that resumed before the newest row hides the rows behind it.
    if (run && run.id !== shownRun && run.status === "running") {
      shownRun = run.id;
      reloading = reload().finally(() => (reloading = null));
      void reloading.then(showAll);
      return;
    }
    void showAll();
  });
  store.onLibraryChange(marksMayDiffer);

  const onResumed: Timeline["onResumed"] = new Set();
  answerRequests(widget, parseTimelineRequest, perform);

  async function perform(request: TimelineRequest): Promise<Answer> {
    switch (request.action) {
      case "resume":
      case "fork": {
        const branch = await branching.perform(request);
        marksMayDiffer();
        await Promise.all([...onResumed].map((listener) => listener(branch)));
        const from = wholeText(branch.row.forkStep);
        if (branch.run) return { message: `${branch.name} goes on from step ${from}.` };
        return { message: `${branch.name} is at step ${from}; its cells train it on.` };
      }
      case "cancel":
        branching.cancel();
        return {};
      case "range": {
        const { from, to } = request;
        const { stream, reduced } = sentRows(await session.metrics({ from, to }));
        return { reduced, buffers: [stream] };
      }
      case "pause":
      case "continue":
      case "stop":
        // A button pressed as the run ends asks for what has just happened.
        if (session.run) await session.run[request.action]();
        return {};
    }
  }

  return {
    widget,
    session,
    store,
    onResumed,
    text: () => textOf(session, runNow(), tableOf(metrics)),
    picture: () => curveSvg(tableOf(metrics)),
    newestSample: () => samples.at(-1) ?? null,
    table: () => tableOf(metrics),
    onRun(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function sessionNow(store: TrainingStore, session: Session): TimelineState["session"] {
  const row = session.row;
  const parent = row.parentSessionId ? store.store.sessions.get(row.parentSessionId) : null;
  return {
    id: row.id,
    name: row.name,
    parent_id: parent?.id ?? null,
    parent_name: parent?.name ?? null,
    root_id: row.rootSessionId,
    fork_step: row.forkStep,
  };
}

function summaryOf(session: Session): string {
  const { title, shape, parameters } = modelSummary(session.modelConfig);
  const size = `${countText(parameters)} parameters`;
  return [title, ...(shape ? [shape] : []), size, session.dataConfig.title].join(" · ");
}

// Only the newest where there are very many: a page needs them for gaps and for what is inherited.
function stretchesOf({ store }: TrainingStore, session: Session): WireStretch[] {
  return store
    .timeline(session.id)
    .slice(-LIMITS.stretches)
    .map(({ runId, from, to, inherited }) => {
      return { run_id: runId, status: store.runs.get(runId).status, from, to, inherited };
    });
}

function textOf(session: Session, run: WireRun | null, table: Table): string {
  const line = (label: string, value: string): string => `${label.padEnd(12)}${value}`;
  const lines = [`Session "${session.name}"`, line("model", summaryOf(session))];
  lines.push(line("step", wholeText(Math.max(session.step, 0))));
  if (run) {
    const left = run.seconds_left === null ? "" : `, ${durationText(run.seconds_left)} left`;
    lines.push(
      line("run", `${run.status} (${wholeText(run.from)} to ${wholeText(run.target)})${left}`),
    );
    if (run.error) lines.push(line("error", run.error.message));
  }
  lines.push(line("train loss", lossText(lastOf(table, "train_loss"))));
  lines.push(line("validation", lossText(lastOf(table, "validation_loss"))));
  return lines.join("\n");
}

function engineOfRun(run: RunRow | undefined): string {
  if (!run) return "not started";
  return (JSON.parse(run.engine) as { library?: string }).library ?? "unknown";
}

function lastOf(table: Table, column: string): number | null {
  const values = table.getChild(column);
  for (let row = table.numRows - 1; row >= 0; row--) {
    const value = values?.get(row) as number | null | undefined;
    if (typeof value === "number") return value;
  }
  return null;
}

function tableOf(chunks: Uint8Array[]): Table {
  return joinedRows(chunks.map((chunk) => tableFromIPC(chunk)));
}

function lastStepOf(table: Table): number {
  return table.numRows > 0 ? Number(table.getChild("step")!.get(table.numRows - 1)) : -1;
}
