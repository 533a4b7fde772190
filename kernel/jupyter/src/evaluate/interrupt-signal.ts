import { SIGNALLED, type InterruptFlag } from "../sockets/interrupt-flag.js";

/**
 * Makes the handler of SIGINT. The I/O thread sends that signal itself to break a loop inside a
 * library, and a message with it: only a signal from elsewhere is an interrupt of its own.
 *
 * @example process.on("SIGINT", createSignalHandler(flag, interrupt));
 */
export function createSignalHandler(flag: InterruptFlag, interrupt: () => void): () => void {
  let seen = 0;
  return () => {
    const signalled = Atomics.load(flag, SIGNALLED);
    if (signalled === seen) interrupt();
    seen = signalled;
  };
}
