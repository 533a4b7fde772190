import { loadEngine } from "./tfjs.js";
import type { Engine } from "./tfjs.js";

let loading: Promise<Engine> | null = null;

/**
 * The engine of this thread, loaded once: models of one's own are recorded on it, and run on it
 * where they cannot be.
 *
 * @throws BackendUnavailable
 * @example const { tf } = await engineHere();
 */
export function engineHere(): Promise<Engine> {
  loading ??= loadEngine();
  // A failure is told each time, and tried again.
  loading.catch(() => (loading = null));
  return loading;
}
