/** `is_complete_request`: may the console run this line, or does it go on? */
export interface IsCompleteRequest {
  code: string;
}

/** `is_complete_reply`. */
export type IsCompleteReply =
  { status: "complete" } | { status: "invalid" } | { status: "incomplete"; indent: string };
