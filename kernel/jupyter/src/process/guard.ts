import { ExitRefused, Interrupted } from "../errors.js";
import { contextNow, isStopped } from "../context.js";

/** What the guard of the process tells. */
export interface GuardListeners {
  /** Something was thrown with nobody to catch it. */
  onError(error: unknown): void;
  /** SIGINT came. */
  onInterrupt(): void;
  /** SIGTERM or SIGHUP came. */
  onTerminate(): void;
}

/**
 * Keeps the process alive whatever a cell does: nothing uncaught ends it, and calls that would end
 * it throw instead.
 *
 * @returns the real exit
 * @example const exit = guardProcess({ onError, onInterrupt, onTerminate });
 */
export function guardProcess(listeners: GuardListeners): (code: number) => never {
  const exit = process.exit.bind(process) as (code?: number) => never;
  process.exit = refuse("process.exit()");
  process.abort = refuse("process.abort()");
  process.on("uncaughtException", listeners.onError);
  process.on("unhandledRejection", (error) => {
    // The rest of a stopped cell ends like this, and the cell shows it already.
    if (error instanceof Interrupted && isStopped(contextNow())) return;
    listeners.onError(error);
  });
  process.on("SIGINT", listeners.onInterrupt);
  process.on("SIGTERM", listeners.onTerminate);
  process.on("SIGHUP", listeners.onTerminate);
  return exit;
}

function refuse(call: string): () => never {
  return () => {
    throw new ExitRefused(call);
  };
}
