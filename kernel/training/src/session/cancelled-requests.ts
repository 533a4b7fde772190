import type { ToEngine } from "./messages.js";

/** Which of an engine's replays are to end. */
export interface CancelledRequests {
  /** A message has come; only a cancel counts. */
  heard(message: ToEngine): void;
  /** A request that may make steps again begins. */
  begun(id: number): void;
  /** Whether the replay that goes on is to end. */
  cancelled(): boolean;
}

/**
 * Counts what is cancelled. The ids of requests count up: one is cancelled by a later message, also
 * while it has yet to begin.
 *
 * @example
 * const requests = cancelledRequests();
 * requests.heard({ id: 2, request: { kind: "cancel" } });
 * requests.begun(1);
 * requests.cancelled(); // true
 */
export function cancelledRequests(): CancelledRequests {
  let replaying = 0;
  let last = 0;
  return {
    heard({ id, request }) {
      if (request.kind === "cancel") last = id;
    },
    begun(id) {
      replaying = id;
    },
    cancelled: () => last > replaying,
  };
}
