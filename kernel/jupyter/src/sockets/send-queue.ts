/** Sends messages over one socket, one after the other. */
export interface SendQueue {
  /** Adds a message; it leaves after those before it. */
  send(frames: Uint8Array[]): void;
  /** Resolves when everything added so far has been handed to the socket. */
  drained(): Promise<void>;
}

/**
 * Makes a queue before a socket: ZeroMQ's binding allows one send at a time per socket.
 *
 * @param onError told of a message that could not be sent; the queue goes on
 * @example const queue = createSendQueue(socket, report);
 */
export function createSendQueue(
  socket: { send(frames: Uint8Array[]): Promise<void> },
  onError: (error: unknown) => void,
): SendQueue {
  let waiting: Uint8Array[][] = [];
  let working: Promise<void> | null = null;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      // Take them all at once: shifting one by one off a long queue is quadratic.
      const batch = waiting;
      waiting = [];
      for (const frames of batch) {
        try {
          await socket.send(frames);
        } catch (error) {
          onError(error);
        }
      }
    }
    working = null;
  }

  return {
    send(frames) {
      waiting.push(frames);
      working ??= work();
    },
    async drained() {
      while (working) await working;
    },
  };
}
