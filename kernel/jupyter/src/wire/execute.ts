import type { ErrorContent } from "./error.js";

/** `execute_request`. */
export interface ExecuteRequest {
  code: string;
  /** Run without output, count or history. */
  silent?: boolean;
  store_history?: boolean;
  /** Name to expression, evaluated one by one after the code. */
  user_expressions?: Record<string, string>;
  allow_stdin?: boolean;
  /** Whether a failure aborts the requests that already wait. */
  stop_on_error?: boolean;
}

/** Its fields, for `readFields`. */
export const EXECUTE_FIELDS = {
  code: "text",
  silent: "flag?",
  store_history: "flag?",
  user_expressions: "texts?",
  allow_stdin: "flag?",
  stop_on_error: "flag?",
} as const;

/** What a front end does beside showing outputs: `page` opens a console's pager. */
export interface PagePayload {
  source: "page";
  data: Record<string, unknown>;
  /** The first line to show. */
  start: number;
}

/** Asks a console to end, and its kernel with it. */
export interface ExitPayload {
  source: "ask_exit";
  keepkernel: false;
}

/** `execute_input`: tells every client what runs. */
export interface ExecuteInput {
  code: string;
  execution_count: number;
}

/** What became of one of `user_expressions`. */
export type UserExpression =
  | { status: "ok"; data: Record<string, unknown>; metadata: Record<string, unknown> }
  | ({ status: "error" } & ErrorContent);

/** `execute_reply`. */
export type ExecuteReply =
  | {
      status: "ok";
      execution_count: number;
      payload: (PagePayload | ExitPayload)[];
      user_expressions: Record<string, UserExpression>;
    }
  | ({ status: "error"; execution_count: number } & ErrorContent)
  | { status: "aborted"; execution_count: number };
