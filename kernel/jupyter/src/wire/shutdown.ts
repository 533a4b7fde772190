/** `shutdown_request`. */
export interface ShutdownRequest {
  restart?: boolean;
}

/** Its fields, for `readFields`. */
export const SHUTDOWN_FIELDS = { restart: "flag?" } as const;

/** `shutdown_reply`, also sent to every client. */
export interface ShutdownReply {
  status: "ok";
  restart: boolean;
}
