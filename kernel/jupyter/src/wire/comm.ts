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

/** Its fields, for `readFields`. */
export const COMM_OPEN_FIELDS = { comm_id: "text", target_name: "text", data: "object?" } as const;

/** Its fields, for `readFields`. */
export const COMM_DATA_FIELDS = { comm_id: "text", data: "object?" } as const;

/** `comm_info_request`; without a name all comms are listed. */
export interface CommInfoRequest {
  target_name?: string;
}

/** Its fields, for `readFields`. */
export const COMM_INFO_FIELDS = { target_name: "text?" } as const;

/** `comm_info_reply`. */
export interface CommInfoReply {
  status: "ok";
  comms: Record<string, { target_name: string }>;
}
