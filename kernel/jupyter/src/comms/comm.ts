import { CommClosed } from "../errors.js";
import type { Header } from "../wire/header.js";

/** What may go with a message of a comm. */
export interface CommExtras {
  metadata?: Record<string, unknown>;
  buffers?: readonly (ArrayBufferView | ArrayBuffer)[];
}

/** A message that came over a comm. */
export interface CommMessage {
  header: Header;
  metadata: Record<string, unknown>;
  // Plain JSON whose shape only the comm's target knows.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
  buffers: Uint8Array[];
}

/** A channel between an object here and one in the page. Either side may close it. */
export interface Comm {
  readonly commId: string;
  readonly targetName: string;
  readonly closed: boolean;
  /**
   * Sends JSON data, with binary buffers beside it.
   *
   * @throws {CommClosed} after either side closed it
   */
  send(data: object, extras?: CommExtras): void;
  /** Closes both ends; a second time does nothing. */
  close(data?: object): void;
  /** Adds a listener for messages from the page; returns its remover. */
  onMessage(listener: (message: CommMessage) => void): () => void;
  /** Adds a listener for the page closing the comm; returns its remover. */
  onClose(listener: (message: CommMessage) => void): () => void;
}

/** A comm with the entrances that its manager uses. */
export interface ManagedComm {
  comm: Comm;
  receive(message: CommMessage): void;
  closedByPage(message: CommMessage): void;
}

/** How a comm's messages leave. */
export type CommSender = (
  msgType: "comm_open" | "comm_msg" | "comm_close",
  content: object,
  extras: CommExtras,
) => void;

/**
 * Makes one end of a comm; opening it is its manager's matter.
 *
 * @param onEnd told once when the comm is closed by either side
 * @example createComm("target", id, send, () => comms.delete(id))
 */
export function createComm(
  targetName: string,
  commId: string,
  send: CommSender,
  onEnd: () => void,
): ManagedComm {
  const messageListeners = new Set<(message: CommMessage) => void>();
  const closeListeners = new Set<(message: CommMessage) => void>();
  let closed = false;

  function end(): void {
    closed = true;
    onEnd();
  }

  const comm: Comm = {
    commId,
    targetName,
    get closed() {
      return closed;
    },
    send(data, extras = {}) {
      if (closed) throw new CommClosed(commId, targetName);
      send("comm_msg", { comm_id: commId, data }, extras);
    },
    close(data = {}) {
      if (closed) return;
      end();
      send("comm_close", { comm_id: commId, data }, {});
    },
    onMessage(listener) {
      messageListeners.add(listener);
      return () => messageListeners.delete(listener);
    },
    onClose(listener) {
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
  };
  return {
    comm,
    receive: (message) => callAll(messageListeners, message),
    closedByPage(message) {
      if (closed) return;
      end();
      callAll(closeListeners, message);
    },
  };
}

// One listener's failure must not keep the message from the others; the first one is told.
function callAll(listeners: Set<(message: CommMessage) => void>, message: CommMessage): void {
  const errors: unknown[] = [];
  for (const listener of [...listeners]) {
    try {
      listener(message);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, "Several listeners of a comm failed.");
}
