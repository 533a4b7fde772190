import type { Table } from "apache-arrow";
import { tableFromIPC } from "apache-arrow";
import { Widget } from "@forkpoint/jupyter";
import type { Session, SessionUpdate, TrainingStore } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, WIRE_RANGE, parseTimelineRequest } from "@forkpoint/wire";
import type { TimelineAppend, TimelineRequest, TimelineState, WireSample } from "@forkpoint/wire";
import { curveSvg } from "../text/curve.js";
import { wholeText } from "../text/number.js";
import { onNextBeat } from "./beat.js";
import { createBranching, proposalOf } from "./branching.js";
import { marksOf } from "./marks.js";
import { answerRequests } from "./reply.js";
import { setChanged } from "./set-changed.js";
import type { Answer } from "./reply.js";
import { joinedRows, sentRows } from "./rows.js";
import { backendOf, runOf, sessionOf, stretchesOf, summaryOf } from "./timeline-state.js";
import type { Pace } from "./timeline-state.js";
import { timelineText } from "./timeline-text.js";

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
  let pace: Pace = { rate: null, secondsLeft: null };
  let shownRun: string | null = null;
  let reloading: Promise<void> | null = null;
  let during: Parameters<typeof take>[0][] = [];
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

  /** What the page is told at the next beat; whatever shows it everything leaves none. */
  let news = nothingNew();

  /** Takes rows and texts of a run. */
  function take(update: Extract<SessionUpdate, { kind: "rows" | "samples" }>): void {
    if (update.kind === "samples") {
      const seen = new Set(samples.map(({ step }) => step));
      const fresh = update.samples.filter(({ step }) => !seen.has(step));
      samples.push(...fresh);
      news.samples.push(...fresh);
      return;
    }
    const { chunk, rate, secondsLeft } = update;
    const steps = tableFromIPC(chunk).getChild("step")!;
    const newest = Number(steps.get(steps.length - 1));
    if (newest <= lastStep) return;
    lastStep = newest;
    metrics.push(chunk);
    if (metrics.length > mostChunks) keep(tableOf(metrics));
    pace = { rate, secondsLeft };
    news.chunks.push(chunk);
  }

  await reload();
  const branching = createBranching(store, session, () => {
    widget.set({ reaching: branching.reaching }, { silent: true });
    append({ reaching: branching.reaching })();
  });
  const widget = new Widget({
    model: MODEL_NAMES.timeline,
    view: null,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { ...stateNow() },
  });

  function stateNow(): TimelineState {
    const run = runOf(session, pace);
    return {
      session: sessionOf(store, session),
      summary: summaryOf(session),
      run,
      step: Math.max(lastStep, 0, session.step),
      backend: backendOf(session),
      metrics: metrics as unknown as TimelineState["metrics"],
      samples,
      marks,
      stretches: stretchesOf(store, session),
      reduced_until: reducedUntil,
      proposal: proposalOf(store, session),
      reaching: branching.reaching,
      sequence,
      text: timelineText(session, run, tableOf(metrics)),
    };
  }

  function append(content: Partial<TimelineAppend>, chunks: Uint8Array[] = []): () => void {
    sequence += 1;
    const { step, run } = { step: Math.max(lastStep, 0), run: runOf(session, pace) };
    const kept = { metrics, samples, marks, step, run, sequence, reduced_until: reducedUntil };
    widget.set(kept, { silent: true });
    const message: TimelineAppend = { kind: "append", sequence, step, run, ...content };
    return () => widget.send(message, chunks);
  }

  function tell(): (() => void) | null {
    // The store may have been closed meanwhile; what is read anew is shown whole.
    if (reloading || !store.open.includes(session)) return null;
    const { chunks, samples: fresh, marked } = news;
    news = nothingNew();
    const differ = marked && marksDiffer();
    if (chunks.length === 0 && fresh.length === 0 && !differ) return null;
    return append(
      { ...(fresh.length > 0 && { samples: fresh }), ...(differ && { marks }) },
      chunks,
    );
  }

  function marksDiffer(): boolean {
    setChanged(widget, { proposal: proposalOf(store, session) });
    const now = marksOf(store, session);
    const differ = JSON.stringify(now) !== JSON.stringify(marks);
    marks = now;
    return differ;
  }

  function marksMayDiffer(): void {
    news.marked = true;
    onNextBeat(tell);
  }

  async function showAll(): Promise<void> {
    if (metrics.length > 1) keep(tableOf(metrics));
    marks = marksOf(store, session);
    news = nothingNew();
    sequence += 1;
    widget.set({ ...stateNow() });
    for (const listener of listeners) listener();
  }

  session.subscribe((update) => {
    if (update.kind === "rows" || update.kind === "samples") {
      if (reloading) return void during.push(update);
      take(update);
      return onNextBeat(tell);
    }
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
    text: () => timelineText(session, runOf(session, pace), tableOf(metrics)),
    picture: () => curveSvg(tableOf(metrics)),
    newestSample: () => samples.at(-1) ?? null,
    table: () => tableOf(metrics),
    onRun(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What has come since the page was last told. */
interface News {
  chunks: Uint8Array[];
  samples: WireSample[];
  /** whether marks may be others */
  marked: boolean;
}

function nothingNew(): News {
  return { chunks: [], samples: [], marked: false };
}

function tableOf(chunks: Uint8Array[]): Table {
  return joinedRows(chunks.map((chunk) => tableFromIPC(chunk)));
}

function lastStepOf(table: Table): number {
  return table.numRows > 0 ? Number(table.getChild("step")!.get(table.numRows - 1)) : -1;
}
