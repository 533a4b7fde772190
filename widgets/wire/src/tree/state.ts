import {
  finite,
  listOf,
  nullable,
  oneOf,
  shape,
  text,
  whole,
  type Check,
} from "../protocol/check.js";
import { LIMITS } from "../protocol/limits.js";
import { RUN_STATUSES, type RunStatus } from "../timeline/run.js";

/** A session as a node of the tree. */
export interface WireNode {
  id: string;
  name: string;
  /** null for one that began with fresh weights: it hangs from the base */
  parent_id: string | null;
  root_id: string;
  /** where it left its parent */
  fork_step: number;
  /** newest step */
  step: number;
  /** least validation loss of its own runs, else their last training loss */
  best_loss: number | null;
  runs: number;
  /** of its newest run; null before the first */
  status: RunStatus | null;
  /** ISO time, UTC, of its newest run or its making */
  active_at: string;
}

/** What one session took over from another. */
export interface WireMerge {
  from: string;
  into: string;
  step: number;
}

/** State of the SessionTreeModel. */
export interface TreeState {
  /** oldest first; none that lies in the trash */
  sessions: WireNode[];
  merges: WireMerge[];
  /** the session that the views around the tree show */
  selected: string | null;
}

/** Checks a node. */
export const wireNode: Check<WireNode> = shape<WireNode>({
  id: text(LIMITS.id),
  name: text(LIMITS.name),
  parent_id: nullable(text(LIMITS.id)),
  root_id: text(LIMITS.id),
  fork_step: whole,
  step: whole,
  best_loss: nullable(finite),
  runs: whole,
  status: nullable(oneOf(RUN_STATUSES)),
  active_at: text(LIMITS.name),
});

const state = shape<TreeState>({
  sessions: listOf(wireNode, LIMITS.sessions),
  merges: listOf(
    shape<WireMerge>({ from: text(LIMITS.id), into: text(LIMITS.id), step: whole }),
    LIMITS.sessions,
  ),
  selected: nullable(text(LIMITS.id)),
});

/**
 * Checks a tree's state.
 *
 * @throws WireInvalid
 * @example parseTreeState(model.attributes).sessions.length
 */
export function parseTreeState(value: unknown): TreeState {
  return state(value, "");
}
