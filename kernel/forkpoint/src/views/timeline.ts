import type { Table } from "apache-arrow";
import { tableFromIPC, tableToIPC } from "apache-arrow";
import type { RunRow } from "@forkpoint/checkpoints";
import { Widget } from "@forkpoint/jupyter";
import { modelSummary } from "@forkpoint/training";
import type { Session, SessionUpdate, TrainingStore } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, WIRE_RANGE, parseTimelineRequest } from "@forkpoint/wire";
import type { TimelineAppend, TimelineState, WireMark, WireRun, WireSample } from "@forkpoint/wire";
import { curveSvg } from "../text/curve.js";
import { countText, durationText, lossText, wholeText } from "../text/number.js";
import { answerRequests } from "./reply.js";

/** Streams kept apart before they are joined into one: each is a frame of the page's reload. */
const mostChunks = 200;

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
  /** Calls back when a run has begun, paused or ended. */
  onRun(listener: () => void): () => void;
  /** Told of a session that goes on from a step of this one, because the page asked for it. */
  onResumed: Set<(branch: Session) => void>;
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
  let sequence = 0;
  let pace: { rate: number | null; secondsLeft: number | null } = { rate: null, secondsLeft: null };
  let shownRun: string | null = null;
  let reloading: Promise<void> | null = null;
  let during: SessionUpdate[] = [];
  const listeners = new Set<() => void>();

  async function reload(): Promise<void> {
    const [table, texts] = await Promise.all([session.metrics(), session.samples()]);
    metrics = table.numRows > 0 ? [tableToIPC(table, "stream")] : [];
    samples = texts.map(({ step, prompt, text }) => ({ step, prompt, text }));
    lastStep = table.numRows > 0 ? Number(table.getChild("step")!.get(table.numRows - 1)) : -1;
    // What arrived while the store was read may be in it already: a chunk is stored whole.
    const missed = during;
    during = [];
    for (const update of missed) take(update);
  }

  function take(update: SessionUpdate): Uint8Array | WireSample[] | null {
    if (update.kind === "rows") {
      const steps = tableFromIPC(update.chunk).getChild("step")!;
      const newest = Number(steps.get(steps.length - 1));
      if (newest <= lastStep) return null;
      lastStep = newest;
      metrics.push(update.chunk);
      if (metrics.length > mostChunks) metrics = [joined(metrics)];
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
      marks: marksOf(store, session),
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
    widget.set({ metrics, samples, step, run, sequence }, { silent: true });
    const message: TimelineAppend = { kind: "append", sequence, step, run, ...content };
    widget.send(message, chunk ? [chunk] : []);
  }

  async function showAll(): Promise<void> {
    if (metrics.length > 1) metrics = [joined(metrics)];
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
    if (update.kind === "checkpoint") return append({ marks: marksOf(store, session) });
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
  store.onLibraryChange(() => append({ marks: marksOf(store, session) }));

  const onResumed: Timeline["onResumed"] = new Set();
  answerRequests(widget, parseTimelineRequest, async ({ action, step }) => {
    if (action === "resume") {
      const branch = await session.resumeFrom(step ?? session.step);
      for (const listener of onResumed) listener(branch);
      const from = wholeText(branch.row.forkStep);
      if (branch.run) return { message: `${branch.name} goes on from step ${from}.` };
      return { message: `${branch.name} is at step ${from}; its cells train it on.` };
    }
    const run = session.run;
    // A button pressed as the run ends asks for what has just happened.
    if (run) await run[action]();
    return {};
  });

  return {
    widget,
    session,
    store,
    onResumed,
    text: () => textOf(session, runNow(), tableOf(metrics)),
    picture: () => curveSvg(tableOf(metrics)),
    newestSample: () => samples.at(-1) ?? null,
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

function marksOf(store: TrainingStore, session: Session): WireMark[] {
  const marks: WireMark[] = store.models
    .list()
    .filter(({ sessionId }) => sessionId === session.id)
    .map(({ step, name }) => ({ step, kind: "model", label: name }));
  const { parentSessionId, forkStep } = session.row;
  if (parentSessionId) {
    const parent = store.store.sessions.get(parentSessionId).name;
    marks.push({ step: forkStep, kind: "fork", label: `from ${parent}` });
  }
  return marks.sort((a, b) => a.step - b.step);
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
  const [first, ...rest] = chunks.map((chunk) => tableFromIPC(chunk));
  return first ? first.concat(...rest) : tableFromIPC([]);
}

function joined(chunks: Uint8Array[]): Uint8Array {
  return tableToIPC(tableOf(chunks), "stream");
}
