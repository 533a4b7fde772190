/** `is_complete_request`: may the console run this line, or does it go on? */
export interface IsCompleteRequest {
  code: string;
}

/** Its fields, for `readFields`. */
export const IS_COMPLETE_FIELDS = { code: "text" } as const;

/** `is_complete_reply`; `unknown` when the parser itself failed, or would. */
export type IsCompleteReply =
  | { status: "complete" }
  | { status: "invalid" }
  | { status: "unknown" }
  | { status: "incomplete"; indent: string };
