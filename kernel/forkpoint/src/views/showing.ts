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

/**
 * Shows a session in every view that has shown another one until now.
 *
 * @example await showInAll(store, previous, next);
 */
export async function showInAll(
  store: TrainingStore,
  previous: Session | null,
  next: Session,
): Promise<void> {
  const views = [...(onDisplay.get(store) ?? [])].filter(({ session }) => session() === previous);
  await Promise.all(views.map((view) => view.show(next)));
}
