import { openStore } from "@forkpoint/checkpoints";
import { checkKeyframes } from "./session/keyframes.js";
import type { KeyframeOptions } from "./session/keyframes.js";
import type { FailureListener } from "./session/session-port.js";
import { TrainingStore } from "./store.js";

/** Where a store is opened, and how its sessions train. */
export interface OpenOptions {
  /** The `.forkpoint` folder itself. Default: found by walking up from `from`, or made in it. */
  path?: string;
  /** Where the search begins. Default: the working folder, which in a notebook is its own. */
  from?: string;
  /** Told of runs that failed while nobody awaited them. Default: printed to stderr. */
  onFailure?: FailureListener;
  /** When training stores its state by itself, so that every step can be gone back to. */
  keyframes?: KeyframeOptions;
}

const opened = new Map<string, Promise<TrainingStore>>();

/**
 * Opens the store beside the notebook: the `.forkpoint` folder found by walking up from the working
 * folder, or made there. Opening it again gives the same object.
 *
 * @throws StoreNotWritable, StoreNewer, StoreForeign, StoreDamaged, StoreOnNetwork.
 * @example
 * const store = await open();
 */
export async function open(options: OpenOptions = {}): Promise<TrainingStore> {
  const { onFailure, keyframes, ...where } = options;
  const policy = checkKeyframes(keyframes);
  const store = await openStore(where);
  const known = opened.get(store.path);
  if (known) {
    await store.close();
    return known;
  }
  const told = onFailure ?? defaultFailureListener;
  const closed = (): void => void opened.delete(store.path);
  const made = Promise.resolve(new TrainingStore(store, told, policy, closed));
  opened.set(store.path, made);
  return made;
}

/** Every store this process has open. */
export async function openStores(): Promise<TrainingStore[]> {
  return Promise.all(opened.values());
}

let defaultFailureListener: FailureListener = (error, session) => {
  process.stderr.write(`Training of session "${session.name}" failed: ${error.message}\n`);
};

/** Who is told of runs that failed unobserved in stores opened from now on without `onFailure`. */
export function setFailureListener(listener: FailureListener): void {
  defaultFailureListener = listener;
}
