import {
  finite,
  flag,
  listOf,
  nullable,
  oneOf,
  shape,
  text,
  whole,
  wireError,
} from "../protocol/check.js";
import type { WireError } from "../protocol/error.js";
import { LIMITS } from "../protocol/limits.js";

/** One entry of the model library. */
export interface WireModel {
  id: string;
  name: string;
  session_id: string;
  session_name: string;
  step: number;
  train_loss: number | null;
  /** ISO time, UTC */
  created_at: string;
}

/** The session a "save" would save. */
export interface WireActive {
  session_id: string;
  session_name: string;
  /** status of its newest run, for words only */
  status: string;
  /** the model it was loaded from or last saved as */
  model_name: string | null;
}

/** Every state of a library. */
export const LIBRARY_STATUSES = ["loading", "ready", "failed"] as const;

/** State of the LibraryModel: one per store, no view of its own. */
export interface LibraryState {
  /** newest first */
  models: WireModel[];
  active: WireActive | null;
  can_save: boolean;
  /** the name to propose, e.g. `Model 4` */
  default_name: string;
  status: (typeof LIBRARY_STATUSES)[number];
  /** why it failed */
  error: WireError | null;
}

const state = shape<LibraryState>({
  models: listOf(
    shape<WireModel>({
      id: text(LIMITS.id),
      name: text(LIMITS.name),
      session_id: text(LIMITS.id),
      session_name: text(LIMITS.name),
      step: whole,
      train_loss: nullable(finite),
      created_at: text(LIMITS.name),
    }),
    LIMITS.models,
  ),
  active: nullable(
    shape<WireActive>({
      session_id: text(LIMITS.id),
      session_name: text(LIMITS.name),
      status: text(LIMITS.name),
      model_name: nullable(text(LIMITS.name)),
    }),
  ),
  can_save: flag,
  default_name: text(LIMITS.name),
  status: oneOf(LIBRARY_STATUSES),
  error: nullable(wireError),
});

/**
 * Checks a LibraryModel's state.
 *
 * @throws WireInvalid
 * @example parseLibraryState(model.attributes).models.length
 */
export function parseLibraryState(value: unknown): LibraryState {
  return state(value, "");
}
