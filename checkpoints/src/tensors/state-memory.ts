import { storeAddon } from "../addon/store-addon.js";

/**
 * Shared memory for a state, to be used again and again: it costs its page faults once, and few of them where
 * the system has large pages. Filled with zeros.
 *
 * @param bytes how many
 * @example const buffer = stateMemory(9_600_000);
 */
export function stateMemory(bytes: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes);
  storeAddon()?.preferLargePages(new Uint8Array(memory));
  return memory;
}
