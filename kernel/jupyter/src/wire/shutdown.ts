/** `shutdown_request`. */
export interface ShutdownRequest {
  restart?: boolean;
}

/** `shutdown_reply`, also sent to every client. */
export interface ShutdownReply {
  status: "ok";
  restart: boolean;
}
