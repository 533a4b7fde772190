import { randomUUID } from "node:crypto";

/** The version of the Jupyter messaging protocol that this kernel speaks. */
export const PROTOCOL_VERSION = "5.5";

/** The header of a Jupyter message. It also travels back as `parent_header` of every answer. */
export interface Header {
  /** Unique per message. */
  msg_id: string;
  /** Of the sender: a client's tab, or this start of the kernel. */
  session: string;
  username: string;
  /** ISO 8601, UTC. */
  date: string;
  msg_type: string;
  version: string;
  subshell_id?: string | null;
}

/**
 * Makes the header of a new message.
 *
 * @example createHeader("status", session).msg_type // "status"
 */
export function createHeader(msgType: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    session,
    username: "kernel",
    date: new Date().toISOString(),
    msg_type: msgType,
    version: PROTOCOL_VERSION,
  };
}
