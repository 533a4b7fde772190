import type { NewSnapshot, Snapshot } from "@forkpoint/checkpoints";
import { Widget } from "@forkpoint/jupyter";
import type { Session, SessionUpdate, TrainingStore } from "@forkpoint/training";
import {
  encodeShown,
  MODEL_NAMES,
  parseSnapshotsRequest,
  SHOWN_KINDS,
  SNAPSHOT_BYTES,
  thinned,
  VIEWS_MODULE,
  WIRE_RANGE,
} from "@forkpoint/wire";
import type { Shown, SnapshotsAppend, SnapshotsState, WireSnapshot } from "@forkpoint/wire";
import { onNextBeat } from "./beat.js";
import { answerRequests } from "./reply.js";
import { readStored } from "./stored-snapshots.js";

/** The kernel's side of what a session's steps show beside numbers: one per session. */
export interface Snapshots {
  widget: Widget;
  session: Session;
  /** Settles when what the store holds has been read, or could not be. */
  ready: Promise<void>;
  /** The newest of a kind that the page holds. */
  newest<Kind extends Shown["kind"]>(kind: Kind): (Shown & { kind: Kind; step: number }) | null;
}

interface Held {
  entry: WireSnapshot;
  step: number;
  size: number;
  bytes: Uint8Array;
  shown: Shown;
}

/** How long after an append the state that a reloaded page gets is renewed. */
const KEPT_AFTER_MS = 500;

const made = new WeakMap<Session, Snapshots>();

/** What a session's steps show, made at first use; what the store holds is read behind it. */
export function snapshotsOf(store: TrainingStore, session: Session): Snapshots {
  let snapshots = made.get(session);
  if (!snapshots) made.set(session, (snapshots = createSnapshots(store, session)));
  return snapshots;
}

function createSnapshots(store: TrainingStore, session: Session): Snapshots {
  let held = nothing();
  let sequence = 0;
  let loading = 0;
  /** What the page is told at the next beat, or when what the store holds has been read. */
  const news: NewSnapshot[] = [];
  let trial: SnapshotsState["trial"] = null;
  let keeping: NodeJS.Timeout | null = null;
  const widget = new Widget({
    model: MODEL_NAMES.snapshots,
    view: null,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { ...stateNow() },
  });

  function stateNow(): SnapshotsState {
    const all = SHOWN_KINDS.flatMap((kind) => held[kind]);
    return {
      session_id: session.id,
      prompt: session.prompt,
      writes: session.modelConfig.vocabulary > 0,
      reason: reasonOf(session),
      status: loading > 0 ? "loading" : "ready",
      entries: all.map(({ entry }) => entry),
      packs: all.length === 0 ? [] : [joined(all.map(({ bytes }) => bytes))],
      trial,
      sequence,
      text: "",
    };
  }

  function take(snapshots: readonly (NewSnapshot | Snapshot)[]): Held[] {
    const fresh: Held[] = [];
    for (const snapshot of snapshots) {
      const shown = shownOf(snapshot);
      if (!shown) continue;
      const of = held[shown.kind];
      // What arrived while the store was read may be in it already.
      if (snapshot.step <= (of.at(-1)?.step ?? -1)) continue;
      const { head, bytes } = encodeShown(shown);
      const { step } = snapshot;
      const size = bytes.byteLength;
      const prompt = snapshot.kind === "probabilities" ? { prompt: snapshot.prompt } : {};
      const item = { entry: { ...head, ...prompt, step, size }, step, size, bytes, shown };
      of.push(item);
      held[shown.kind] = thinned(of, SNAPSHOT_BYTES[shown.kind]);
      fresh.push(item);
    }
    return fresh;
  }

  function tell(): (() => void) | null {
    // What is read anew is shown whole.
    if (loading > 0) return null;
    const fresh = take(news.splice(0));
    if (fresh.length === 0) return null;
    sequence += 1;
    keepSoon();
    const message: SnapshotsAppend = {
      ...{ kind: "append", sequence, entries: fresh.map(({ entry }) => entry) },
    };
    const pack = joined(fresh.map(({ bytes }) => bytes));
    return () => widget.send(message, [pack]);
  }

  // What a reloaded page gets: megabytes to be joined, so not at every append. A page that gets a state
  // from before an append notices the gap and asks again.
  function keepSoon(): void {
    keeping ??= setTimeout(() => {
      keeping = null;
      const { entries, packs } = stateNow();
      widget.set({ entries, packs, sequence }, { silent: true });
    }, KEPT_AFTER_MS).unref();
  }

  async function load(): Promise<void> {
    loading += 1;
    try {
      const found = await readStored(store.store, session);
      if (loading > 1) return;
      held = nothing();
      take(found);
      take(news.splice(0));
    } finally {
      loading -= 1;
      sequence += 1;
      widget.set({ ...stateNow() });
    }
  }

  const loadSoon = (): Promise<void> =>
    load().catch((error: Error) => widget.set({ reason: error.message }));
  const ready = loadSoon();

  session.subscribe((update: SessionUpdate) => {
    switch (update.kind) {
      case "snapshots":
        news.push(...update.snapshots);
        onNextBeat(tell);
        break;
      case "prompt":
        widget.set({ prompt: session.prompt });
        break;
      case "rewound":
      case "recorded":
        void loadSoon();
        break;
      case "run": {
        const status = session.runs.at(-1)?.status;
        if (status === "running" || loading > 0) break;
        // Tools without a kernel keep what was sent as state; appends are none.
        take(news.splice(0));
        sequence += 1;
        widget.set({ ...stateNow() });
      }
    }
  });

  answerRequests(widget, parseSnapshotsRequest, async ({ prompt }) => {
    await session.setPrompt(prompt);
    const shown = await session.look(prompt);
    const sample = shown.find((it) => it.kind === "sample");
    trial = sample ? { step: sample.step, prompt, text: sample.text } : null;
    widget.set({ trial });
    return { message: "Samples from the next evaluation on begin with this." };
  });

  return {
    ...{ widget, session, ready },
    newest: (kind) => {
      const item = held[kind].at(-1);
      return item ? ({ ...item.shown, step: item.step } as never) : null;
    },
  };
}

const nothing = (): Record<Shown["kind"], Held[]> => ({
  ...{ probabilities: [], attention: [], embeddings: [] },
});

function shownOf(snapshot: NewSnapshot | Snapshot): Shown | null {
  switch (snapshot.kind) {
    case "probabilities": {
      const candidates = snapshot.tokens.at(-1)?.candidates ?? [];
      const tokens = candidates.map(({ token }) => token);
      const shares = Float32Array.from(candidates, ({ probability }) => probability);
      return { kind: "probabilities", tokens, shares };
    }
    case "attention": {
      const { tokens, layers, heads, scales, values } = snapshot;
      return { kind: "attention", tokens: [...tokens], layers, heads, scales, values };
    }
    case "embeddings": {
      const { points } = snapshot;
      const width = points[0]?.vector.length ?? 0;
      if (points.some(({ vector }) => vector.length !== width)) return null;
      const vectors = new Float32Array(points.length * width);
      points.forEach(({ vector }, at) => vectors.set(vector, at * width));
      return { kind: "embeddings", tokens: points.map(({ label }) => label), width, vectors };
    }
    case "sample":
      return null;
  }
}

function reasonOf(session: Session): string | null {
  if (session.modelConfig.vocabulary === 0)
    return "This model is none of Forkpoint's text models: its steps show numbers only. A cell sees the weights of any step with session.at(step).state().";
  const { snapshots } = session.trainingConfig;
  if (snapshots?.share === 0)
    return "This session records nothing beside numbers: it was made with snapshots: false.";
  return null;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
