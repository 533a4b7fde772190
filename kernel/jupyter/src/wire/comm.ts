/** `comm_open`. */
export interface CommOpen {
  comm_id: string;
  target_name: string;
  data: Record<string, unknown>;
}

/** `comm_msg` and `comm_close`. */
export interface CommData {
  comm_id: string;
  data: Record<string, unknown>;
}

/** `comm_info_request`; without a name all comms are listed. */
export interface CommInfoRequest {
  target_name?: string;
}

/** `comm_info_reply`. */
export interface CommInfoReply {
  status: "ok";
  comms: Record<string, { target_name: string }>;
}
