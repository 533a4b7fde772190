/** `complete_request`. */
export interface CompleteRequest {
  code: string;
  /** In code points. */
  cursor_pos: number;
}

/** Its fields, for `readFields`. */
export const COMPLETE_FIELDS = { code: "text", cursor_pos: "position?" } as const;

/** One completion with its kind, for the icons of JupyterLab. */
export interface TypedMatch {
  text: string;
  type: string;
  /** In code points, as are all positions here. */
  start: number;
  end: number;
  /** What it is, on one line; left out of long lists. */
  signature?: string;
}

/** `complete_reply`. */
export interface CompleteReply {
  status: "ok";
  matches: string[];
  cursor_start: number;
  cursor_end: number;
  metadata: { _jupyter_types_experimental: TypedMatch[] };
}
