import { first } from "./001-first.js";
import { anyStep } from "./002-any-step.js";
import { trash } from "./003-trash.js";
import { snapshots } from "./004-snapshots.js";
import { numberedTensors } from "./005-numbered-tensors.js";
import type { Migration } from "./migration.js";

/** All steps of the schema, oldest first; a released one is never changed. */
export const migrations: readonly Migration[] = [first, anyStep, trash, snapshots, numberedTensors];
