import { flag, oneOf, optional, shape, text, wireError } from "./check.js";
import type { WireError } from "./error.js";
import { LIMITS } from "./limits.js";

/** The kernel did what the request with this `id` asked. */
export interface ReplyDone {
  kind: "reply";
  id: string;
  ok: true;
  /** a sentence to show, e.g. `Saved "Model 1" at step 1,234.` */
  message?: string;
  /** after a delete: what `restore` takes */
  trash_id?: string;
  /** after a range: the rows beside the reply are a selection of all, each spike among them */
  reduced?: boolean;
}

/** The kernel could not do what the request with this `id` asked. */
export interface ReplyFailed {
  kind: "reply";
  id: string;
  ok: false;
  error: WireError;
}

/** The kernel's answer to one request of the page, by request id. */
export type Reply = ReplyDone | ReplyFailed;

const head = shape<{ kind: "reply"; id: string; ok: boolean }>({
  kind: oneOf(["reply"]),
  id: text(LIMITS.id),
  ok: flag,
});
const done = shape<Pick<ReplyDone, "message" | "trash_id" | "reduced">>({
  message: optional(text(LIMITS.sentence)),
  trash_id: optional(text(LIMITS.id)),
  reduced: optional(flag),
});
const failed = shape<{ error: WireError }>({ error: wireError });

/**
 * Checks the content of a custom message that is a reply.
 *
 * @throws WireInvalid
 * @example parseReply({ kind: "reply", id: "a1", ok: true }).ok === true
 */
export function parseReply(content: unknown): Reply {
  const { id, ok } = head(content, "");
  return ok
    ? { kind: "reply", id, ok, ...done(content, "") }
    : { kind: "reply", id, ok, ...failed(content, "") };
}
