/**
 * Something that React can subscribe to: a version that counts up, and who to tell. Bound functions, so that
 * they can be handed to `useSyncExternalStore` as they are.
 */
export interface Changes {
  subscribe(listener: () => void): () => void;
  version(): number;
  emit(): void;
}

/**
 * Changes without listeners.
 *
 * @example const cursor = createChanges(); useSyncExternalStore(cursor.subscribe, cursor.version);
 */
export function createChanges(): Changes {
  const listeners = new Set<() => void>();
  let version = 0;
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    emit() {
      version++;
      for (const listener of [...listeners]) listener();
    },
  };
}
