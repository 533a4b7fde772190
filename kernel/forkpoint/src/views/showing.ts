import type { Session, TrainingStore } from "@forkpoint/training";

/** A view on display that can show another session in place of its own. */
export interface Showing {
  session(): Session;
  show(next: Session): Promise<void>;
}

const onDisplay = new WeakMap<TrainingStore, Set<Showing>>();

/**
 * Notes a view that a tree of its store may lead to another session.
 *
 * @example canShowOthers(store, { session: () => timeline.session, show })
 */
export function canShowOthers(store: TrainingStore, view: Showing): void {
  const views = onDisplay.get(store);
  if (views) views.add(view);
  else onDisplay.set(store, new Set([view]));
}

/** The session that the view shown last shows now; null where none is on display. */
export function shownLast(store: TrainingStore): Session | null {
  return [...(onDisplay.get(store) ?? [])].at(-1)?.session() ?? null;
}

/**
 * What a tree leads: every view that shows the session selected in it, from then on, wherever it was
 * led to meanwhile.
 *
 * @example const lead = createLead(store); await lead(previous, next);
 */
export function createLead(
  store: TrainingStore,
): (previous: Session | null, next: Session) => Promise<void> {
  const led = new Set<Showing>();
  return async (previous, next) => {
    for (const view of onDisplay.get(store) ?? []) if (view.session() === previous) led.add(view);
    const away = [...led].filter((view) => view.session() !== next);
    await Promise.all(away.map((view) => view.show(next)));
  };
}
