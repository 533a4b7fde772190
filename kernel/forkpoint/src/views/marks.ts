import type { Session, TrainingStore } from "@forkpoint/training";
import type { WireMark } from "@forkpoint/wire";

/** Places along the timeline at each of which one keyframe and one event at most are marked. */
const PLACES = 400;
/** Forks marked at most: the newest. */
const MOST_FORKS = 500;

/** What an event is called on the timeline. Those that have a mark of their own are not named here. */
const eventLabels: Record<string, string> = {
  spike: "loss spike, rolled back",
  rollback_loss_regression: "merge undone: the loss rose",
  merge: "merge",
  checkpoint_damaged: "damaged checkpoint passed over",
  optimizer_reset: "another optimizer, which began anew",
  interrupted: "the process that trained ended",
  rows_lost: "metrics lost in a crash",
};

/**
 * What is worth finding again on a session's time axis, ascending by step: its saved models, the stored
 * states, the branches that leave it and the one it comes from, and events.
 *
 * @example marksOf(store, session).filter(({ kind }) => kind === "model")
 */
export function marksOf(store: TrainingStore, session: Session): WireMark[] {
  const { id, forkStep, parentSessionId } = session.row;
  const catalog = store.store;
  const models = catalog.models
    .list()
    .filter(({ sessionId }) => sessionId === id)
    .map(({ step, name }): WireMark => ({ step, kind: "model", label: name }));
  const forks = catalog.sessions
    .list()
    .filter((other) => other.parentSessionId === id)
    .slice(-MOST_FORKS)
    .map((other): WireMark => ({ step: other.forkStep, kind: "fork", label: `to ${other.name}` }));
  if (parentSessionId) {
    const label = `from ${catalog.sessions.get(parentSessionId).name}`;
    forks.unshift({ step: forkStep, kind: "fork", label });
  }
  const keyframes = catalog
    .keyframes(id)
    .steps.map((step): WireMark => ({ step, kind: "checkpoint", label: "keyframe" }));
  const events = catalog.events.list(id).flatMap(({ kind, step }): WireMark[] => {
    const label = eventLabels[kind];
    return label === undefined || step === null ? [] : [{ step, kind: "event", label }];
  });
  const all = [...models, ...forks, ...thinned(keyframes, PLACES), ...thinned(events, PLACES)];
  return all.sort((a, b) => a.step - b.step);
}

/**
 * One mark for each of so many equal stretches of the steps, which says how many stand there.
 *
 * @example thinned([1, 2, 900].map((step) => ({ step, kind: "event", label: "merge" })), 10)
 */
export function thinned(marks: readonly WireMark[], places: number): WireMark[] {
  if (marks.length <= places) return [...marks];
  const steps = marks.map(({ step }) => step);
  const first = steps.reduce((a, b) => Math.min(a, b));
  const width = (steps.reduce((a, b) => Math.max(a, b)) - first + 1) / places;
  const byPlace = new Map<number, { mark: WireMark; count: number }>();
  for (const mark of marks) {
    const place = Math.floor((mark.step - first) / width);
    const there = byPlace.get(place);
    if (there) there.count++;
    else byPlace.set(place, { mark, count: 1 });
  }
  return [...byPlace.values()].map(({ mark, count }) =>
    count === 1 ? mark : { ...mark, label: `${mark.label}, and ${count - 1} more near it` },
  );
}
