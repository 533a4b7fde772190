import { listOf, oneOf, shape, text, wireError } from "../protocol/check.js";
import { WireInvalid, type WireError } from "../protocol/error.js";
import { LIMITS } from "../protocol/limits.js";

/** Comm target over which a page asks the kernel for the notebook's report. */
export const REPORT_TARGET = "forkpoint.report";

/** Page to kernel, with the opening of the comm: the notebook, which was saved just now. */
export interface ReportRequest {
  /** file name of the notebook in the kernel's folder */
  name: string;
}

/** Kernel to page: what it does; then one of the others, after which the comm is closed. */
export type ReportMessage =
  | { kind: "progress"; sentence: string }
  /** Beside it one buffer: the HTML file. */
  | { kind: "done"; name: string; notes: string[] }
  | { kind: "failed"; error: WireError };

const request = shape<ReportRequest>({ name: text(LIMITS.name) });
const head = shape<{ kind: ReportMessage["kind"] }>({
  kind: oneOf(["progress", "done", "failed"]),
});
const progress = shape<{ sentence: string }>({ sentence: text(LIMITS.sentence) });
const done = shape<{ name: string; notes: string[] }>({
  name: text(LIMITS.name),
  notes: listOf(text(LIMITS.sentence), 10_000),
});
const failed = shape<{ error: WireError }>({ error: wireError });

/**
 * Checks what a page asks for: a file of the notebook's own folder, no other.
 *
 * @throws WireInvalid
 * @example parseReportRequest({ name: "train.ipynb" }).name
 */
export function parseReportRequest(content: unknown): ReportRequest {
  const asked = request(content, "");
  if (!/^[^/\\]+\.ipynb$/.test(asked.name)) {
    throw new WireInvalid("name", "the file name of a notebook");
  }
  return asked;
}

/**
 * Checks what the kernel says of a report.
 *
 * @throws WireInvalid
 * @example const message = parseReportMessage(data); if (message.kind === "done") download(buffers[0]);
 */
export function parseReportMessage(content: unknown): ReportMessage {
  const { kind } = head(content, "");
  if (kind === "progress") return { kind, ...progress(content, "") };
  if (kind === "done") return { kind, ...done(content, "") };
  return { kind, ...failed(content, "") };
}
