import type { IoThread } from "../sockets/io-thread.js";
import { logLine } from "../sockets/log.js";

/** How long the host may take to put things in order, in milliseconds: Jupyter kills after 5 s. */
const HOOK_MS = 4000;

/** How long all of it may take, in milliseconds. */
const WHOLE_MS = 4600;

/**
 * Makes the one way in which the process ends: the host's hook, then the sockets, then the exit.
 *
 * @returns a function that stops; asked again, it does nothing more
 * @example const stop = createStop(io, options.onShutdown, exit); await stop(false);
 */
export function createStop(
  io: IoThread,
  hook: ((options: { restart: boolean }) => Promise<void>) | undefined,
  exit: (code: number) => void,
): (restart: boolean, code?: number) => Promise<void> {
  let stopping = false;
  return async (restart, code = 0) => {
    if (stopping) return;
    stopping = true;
    // If the I/O thread hangs there is nothing to wait for.
    const gone = new Promise<void>((resolve) => setTimeout(resolve, WHOLE_MS));
    io.post({ kind: "stopping" });
    const late = new Promise<void>((resolve) => setTimeout(resolve, HOOK_MS).unref());
    try {
      await Promise.race([hook?.({ restart }), late]);
    } catch (error) {
      logLine(`While shutting down: ${error instanceof Error ? error.stack : String(error)}`);
    }
    await Promise.race([io.close(), gone]);
    exit(code);
  };
}
