import { finite, listOf, oneOf, optional, shape, text, whole } from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { wireNode, type WireNode } from "./state.js";

/** Every action a page may ask of a tree. */
export const TREE_ACTIONS = ["select", "fork"] as const;

/** What a page may ask of a tree, without the request's id. */
export type TreeAction =
  | { action: "select"; session_id: string }
  /** from a step, the newest if left out; with another learning rate if one is given */
  | { action: "fork"; session_id: string; name: string; step?: number; learning_rate?: number };

/** Page to kernel: act on the tree. Answered by a Reply of the same id. */
export type TreeRequest = { id: string } & TreeAction;

const head = shape<{ id: string; action: (typeof TREE_ACTIONS)[number]; session_id: string }>({
  id: text(LIMITS.id),
  action: oneOf(TREE_ACTIONS),
  session_id: text(LIMITS.id),
});
const fork = shape<{ name: string; step?: number; learning_rate?: number }>({
  name: text(LIMITS.name),
  step: optional(whole),
  learning_rate: optional(finite),
});

/**
 * Checks what a page asks of a tree. Whether a name or a rate is allowed is the kernel's to say.
 *
 * @throws WireInvalid
 * @example parseTreeRequest({ id: "a1", action: "select", session_id: "s1" }).action === "select"
 */
export function parseTreeRequest(content: unknown): TreeRequest {
  const { action, ...rest } = head(content, "");
  return action === "fork" ? { ...rest, action, ...fork(content, "") } : { ...rest, action };
}

/** Kernel to page: sessions of the tree that went on; the others are as they were. */
export interface TreeNodes {
  kind: "nodes";
  nodes: WireNode[];
}

const treeNodes = shape<TreeNodes>({
  kind: oneOf(["nodes"]),
  nodes: listOf(wireNode, LIMITS.sessions),
});

/**
 * Checks what the kernel says of sessions that went on.
 *
 * @throws WireInvalid
 * @example for (const node of parseTreeNodes(content).nodes) replace(node);
 */
export function parseTreeNodes(content: unknown): TreeNodes {
  return treeNodes(content, "");
}
