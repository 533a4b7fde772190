/** `inspect_request`. */
export interface InspectRequest {
  code: string;
  /** In code points. */
  cursor_pos: number;
  /** 1 asks for more. */
  detail_level?: 0 | 1;
}

/** Its fields, for `readFields`. */
export const INSPECT_FIELDS = {
  code: "text",
  cursor_pos: "position?",
  detail_level: "whole?",
} as const;

/** `inspect_reply`. */
export interface InspectReply {
  status: "ok";
  found: boolean;
  data: Record<string, string>;
  metadata: Record<string, unknown>;
}
