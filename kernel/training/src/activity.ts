const listeners = new Set<() => void>();

/**
 * Calls back whenever a run has begun, paused, gone on or ended in any store of this process, until the returned
 * function is called.
 *
 * @example const stop = onActivity(() => console.log("something trains, or does no longer"));
 */
export function onActivity(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Tells all who listen. @example tellActivity(); // a run has begun */
export function tellActivity(): void {
  for (const listener of listeners) listener();
}
