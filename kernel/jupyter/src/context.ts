import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "./wire/header.js";

/** What a piece of running code belongs to, through all its timers and promises. */
export interface RunContext {
  /** The message that caused it; its output lands there. */
  parent: Header | null;
  /** Whether its output is to be dropped, as `execute_request` can ask. */
  silent: boolean;
  /** Whether the user stopped it; what still runs ends at its next await. */
  interrupted: boolean;
  /** Counts up from context to context. */
  readonly number: number;
}

let lastNumber = 0;
let stoppedUpTo = 0;

const storage = new AsyncLocalStorage<RunContext>();

/**
 * Makes the context of code that a message causes.
 *
 * @example runIn(createContext(header), () => console.log("lands in its cell"))
 */
export function createContext(parent: Header | null, silent = false): RunContext {
  lastNumber += 1;
  return { parent, silent, interrupted: false, number: lastNumber };
}

/**
 * Whether the code of a context is to end at its next await.
 *
 * @example if (isStopped(contextNow())) throw new Interrupted();
 */
export function isStopped(context: RunContext | null): boolean {
  return context !== null && (context.interrupted || context.number <= stoppedUpTo);
}

/**
 * Stops all that any message has caused so far.
 *
 * @example stopEverything()
 */
export function stopEverything(): void {
  stoppedUpTo = lastNumber;
}

/**
 * Runs a function, and all that it starts, in a context.
 *
 * @example runIn(context, () => setTimeout(print, 1000))
 */
export function runIn<T>(context: RunContext, fn: () => T): T {
  return storage.run(context, fn);
}

/**
 * The context of the code now running; null in code that no message caused.
 *
 * @example contextNow()?.parent
 */
export function contextNow(): RunContext | null {
  return storage.getStore() ?? null;
}
