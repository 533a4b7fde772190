import { flag, oneOf, optional, shape, text } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";

/** Every action a page may ask of the library. */
export const LIBRARY_ACTIONS = ["save", "rename", "delete", "restore", "load", "retry"] as const;

/** What a page may ask of the library, without the request's id. */
export type LibraryAction =
  | { action: "save"; name: string; replace?: boolean }
  | { action: "rename"; model_id: string; name: string }
  | { action: "delete"; model_id: string }
  | { action: "restore"; trash_id: string }
  | { action: "load"; model_id: string }
  | { action: "retry" };

/** Page to kernel: act on the library. Answered by a Reply of the same id. */
export type LibraryRequest = { id: string } & LibraryAction;

const head = shape<{ id: string; action: (typeof LIBRARY_ACTIONS)[number] }>({
  id: text(LIMITS.id),
  action: oneOf(LIBRARY_ACTIONS),
});
const save = shape<{ name: string; replace?: boolean }>({
  name: text(LIMITS.name),
  replace: optional(flag),
});
const rename = shape({ model_id: text(LIMITS.id), name: text(LIMITS.name) });
const one = shape({ model_id: text(LIMITS.id) });
const restore = shape({ trash_id: text(LIMITS.id) });

/**
 * Checks what a page asks of the library. Whether a name is allowed is the store's to say.
 *
 * @throws WireInvalid
 * @example const request = parseLibraryRequest(content); if (request.action === "save") save(request.name);
 */
export function parseLibraryRequest(content: unknown): LibraryRequest {
  const { id, action } = head(content, "");
  switch (action) {
    case "save":
      return { id, action, ...save(content, "") };
    case "rename":
      return { id, action, ...rename(content, "") };
    case "delete":
    case "load":
      return { id, action, ...one(content, "") };
    case "restore":
      return { id, action, ...restore(content, "") };
    case "retry":
      return { id, action };
  }
}
