/** One value in several forms: MIME type to text or JSON; binary forms are Base64 text. */
export type MimeBundle = Record<string, unknown>;

/** `display_data` and `update_display_data`. */
export interface DisplayData {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  /** Never null: nbclient cannot read that. */
  transient: { display_id?: string };
}

/** `execute_result`. */
export interface ExecuteResult {
  execution_count: number;
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

/** `clear_output`; `wait` puts it off until the next output comes. */
export interface ClearOutput {
  wait: boolean;
}
