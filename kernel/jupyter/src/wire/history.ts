/** `history_request`. */
export interface HistoryRequest {
  output?: boolean;
  raw?: boolean;
  hist_access_type: "range" | "tail" | "search";
  session?: number;
  start?: number;
  stop?: number;
  n?: number;
  /** With `*` and `?`. */
  pattern?: string;
  unique?: boolean;
}

/** Its fields, for `readFields`. */
export const HISTORY_FIELDS = {
  output: "flag?",
  raw: "flag?",
  hist_access_type: "text",
  session: "whole?",
  start: "whole?",
  stop: "whole?",
  n: "whole?",
  pattern: "text?",
  unique: "flag?",
} as const;

/** One line of history: session, count, input, or input and output. */
export type HistoryItem = [number, number, string | [string, string | null]];

/** `history_reply`. */
export interface HistoryReply {
  status: "ok";
  history: HistoryItem[];
}
