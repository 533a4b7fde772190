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

/** One line of history: session, count, input, or input and output. */
export type HistoryItem = [number, number, string | [string, string | null]];

/** `history_reply`. */
export interface HistoryReply {
  status: "ok";
  history: HistoryItem[];
}
