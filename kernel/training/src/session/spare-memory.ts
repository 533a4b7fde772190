import { stateMemory } from "@forkpoint/checkpoints";

/** Memory for copies of a state, used again by the next copy. */
export interface SpareMemory {
  /** So many bytes, holding anything. */
  take(bytes: number): SharedArrayBuffer;
  /** What nobody uses any more. */
  give(memory: ArrayBufferLike): void;
}

/** How long it waits for another copy, in milliseconds: three times what keyframes are apart at most. */
const WAIT_MS = 30_000;

/**
 * Makes the spare memory of an engine. New memory costs whoever fills it a page fault every 4 KiB, twice
 * what filling it costs; and what is handed from thread to thread instead of shared counts as new in each,
 * so that each copy has V8 look through its whole heap.
 *
 * @example
 * const memory = createSpareMemory();
 * const copy = memory.take(4096);
 * memory.give(copy);
 */
export function createSpareMemory(): SpareMemory {
  let spare: SharedArrayBuffer | null = null;
  let timer: NodeJS.Timeout | undefined;
  return {
    take(bytes) {
      clearTimeout(timer);
      const taken = spare?.byteLength === bytes ? spare : stateMemory(bytes);
      spare = null;
      return taken;
    },
    give(memory) {
      if (!(memory instanceof SharedArrayBuffer)) return;
      clearTimeout(timer);
      spare = memory;
      timer = setTimeout(() => (spare = null), WAIT_MS).unref();
    },
  };
}
