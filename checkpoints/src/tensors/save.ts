import { BlobMissing } from "../errors/data-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { RunNotFound } from "../errors/entry-errors.js";
import { CHECKPOINT_TRIGGERS, getCheckpoint, insertCheckpoint } from "../catalog/checkpoints.js";
import type { CheckpointRow, CheckpointTrigger } from "../catalog/checkpoints.js";
import { write } from "../catalog/connection.js";
import { getModel, insertModel, modelByName, requireModelName } from "../catalog/models.js";
import type { ModelRow } from "../catalog/models.js";
import { cleanName } from "../catalog/names.js";
import { historyNow, placeOfReplay } from "../catalog/placing.js";
import { advanceRun, getRun } from "../catalog/runs.js";
import { getSession, sessionAsMade } from "../catalog/sessions.js";
import {
  findTensor,
  hasBlob,
  insertConfig,
  insertPack,
  insertTensor,
} from "../catalog/stored-tensors.js";
import { renameDurably } from "../files/durable.js";
import { clearStrays, discard } from "../files/strays.js";
import { packFile, temporaryFile } from "../folder/layout.js";
import { newId } from "../ids.js";
import { throwModel } from "../trash/marks.js";
import type { WriterContext } from "../writer/context.js";
import { packHistory } from "./pack-history.js";
import type { HashedTensor, PackDescription, TensorBytes, TensorSlice } from "./pack.js";
import { sha256, stateDocument, stateText } from "./state.js";
import type { StateInput } from "./state.js";
import { writePack } from "./write-pack.js";
import type { WrittenPack } from "./write-pack.js";

/** A checkpoint to be saved, and the name it gets in the model library, if any. */
export interface NewCheckpoint {
  sessionId: string;
  runId: string | null;
  step: number;
  /**
   * A "replay" is filed under the session and run that recorded the step: with a `runId`, that run
   * of the session; else the one that the session's timeline shows at the step.
   */
  trigger: CheckpointTrigger;
  /** The checkpoints that it was made from: for a replay where it began, for a merge both. */
  parents?: { first: string | null; second: string | null };
  state: StateInput;
  /**
   * Holds all tensors. An ArrayBuffer is handed over to the store, which gives it back when the save is
   * done; shared memory is not to be written to before.
   */
  buffer: ArrayBufferLike;
  tensors: TensorSlice[];
  model?: {
    name: string;
    /** Move a model that has the name to the trash; else a taken name is an error. */
    replace?: boolean;
    trainLoss: number | null;
  };
}

/** What a save made. */
export interface SavedCheckpoint {
  checkpoint: CheckpointRow;
  model: ModelRow | null;
}

/** What a save made, and the memory that it was made from, to be used again. */
export interface AnsweredSave extends SavedCheckpoint {
  /** That the store worker took for it. */
  milliseconds: number;
  buffer: ArrayBufferLike;
}

const ATTEMPTS = 5;
const TRIGGERS: ReadonlySet<string> = new Set(CHECKPOINT_TRIGGERS);

/**
 * Saves a checkpoint: the tensors to a temporary file, durable, then in one transaction the file's
 * name and the rows. All that can be refused is refused before anything is written, and again in
 * the transaction.
 *
 * @throws SessionNotFound, RunNotFound, CheckpointNotFound for a parent, NameTaken, NameInvalid,
 *   BlobMissing, OptionInvalid, and the system's or SQLite's error; then nothing is left
 * @example saveCheckpoint(context, { sessionId, runId, step: 25, trigger: "manual", … });
 */
export async function saveCheckpoint(
  context: WriterContext,
  input: NewCheckpoint,
): Promise<SavedCheckpoint> {
  const { db, path, lease } = context;
  if (!TRIGGERS.has(input.trigger)) {
    throw new OptionInvalid({
      option: "trigger",
      reason: `must be one of ${[...TRIGGERS].join(", ")}`,
    });
  }
  const model = input.model && {
    ...input.model,
    id: newId(),
    name: cleanName(input.model.name, "model"),
    trainLoss: finite(input.model.trainLoss),
  };
  admit(context, input, model);
  clearStrays(context);
  const replayed = input.trigger === "replay" ? placeOfReplay(db, input) : null;
  const sessionId = replayed?.sessionId ?? input.sessionId;
  const id = newId();
  const made: Omit<CheckpointRow, "bytes" | "digest"> = {
    id,
    sessionId,
    runId: input.runId,
    step: input.step,
    kind: "hard",
    trigger: input.trigger,
    parentCheckpointId: input.parents?.first ?? null,
    secondParentCheckpointId: input.parents?.second ?? null,
    createdAt: new Date().toISOString(),
  };
  const known = replayed ?? historyNow(db, sessionId);
  const history = packHistory(db, path, sessionId, input.runId, known);
  const session = sessionAsMade(getSession(db, sessionId));
  let state = "";
  let digest = "";
  const describe = (tensors: readonly HashedTensor[]): PackDescription => {
    const document = stateDocument(input.step, tensors, input.state);
    state = stateText(document);
    digest = sha256(state);
    return {
      writer: lease.id,
      history,
      checkpoint: { ...made, digest },
      session,
      model: model ? { id: model.id, name: model.name, trainLoss: model.trainLoss } : null,
      state: document,
      configs: input.state.configs,
      engine: input.state.engine,
    };
  };

  const commit = (written: WrittenPack, temporary: string): SavedCheckpoint | null => {
    const { layout, tensors } = written;
    admit(context, input, model);
    // Another process may have collected a tensor that this pack leaves out.
    const here = new Set(layout.stored.map((tensor) => tensor.digest));
    const missing = tensors.some(({ sha256: d }) => !here.has(d) && !findTensor(db, d));
    if (missing) return null;
    renameDurably(temporary, packFile(path, id));
    insertPack(db, id, layout.bytes, made.createdAt);
    for (const tensor of layout.stored) insertTensor(db, tensor);
    for (const text of Object.values(input.state.configs)) insertConfig(db, sha256(text), text);
    insertCheckpoint(
      db,
      {
        ...made,
        digest,
        bytes: layout.bytes,
        state,
        engine: input.state.engine,
        ...(replayed ?? historyNow(db, sessionId)),
      },
      tensors.map((tensor) => tensor.sha256),
    );
    if (input.runId !== null && !replayed) advanceRun(db, input.runId, input.step, 0);
    return { checkpoint: getCheckpoint(db, id), model: model ? name(context, made, model) : null };
  };

  const tensors = slices(input);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const temporary = temporaryFile(path, "packs", lease.id, newId());
    const find = (digest: string) => findTensor(db, digest);
    const written = await writePack(temporary, id, tensors, find, describe);
    let saved: SavedCheckpoint | null = null;
    try {
      saved = write(db, () => commit(written, temporary));
    } finally {
      if (!saved) discard(context, [temporary, packFile(path, id)]);
    }
    if (saved) return saved;
  }
  throw new Error("the tensors that this save shares with others kept being collected");
}

type NewModel = { id: string; name: string; replace?: boolean; trainLoss: number | null };

// All reasons to refuse a save that the catalog knows.
function admit({ db }: WriterContext, input: NewCheckpoint, model: NewModel | undefined): void {
  getSession(db, input.sessionId);
  if (input.runId !== null && getRun(db, input.runId).sessionId !== input.sessionId) {
    throw new RunNotFound({ id: input.runId });
  }
  for (const digest of Object.values(input.state.blobs)) {
    if (!hasBlob(db, digest)) throw new BlobMissing({ digest });
  }
  const { first = null, second = null } = input.parents ?? {};
  for (const parent of [first, second]) if (parent !== null) getCheckpoint(db, parent);
  if (model && !model.replace) requireModelName(db, model.name, null);
}

type Named = Pick<CheckpointRow, "id" | "createdAt">;

function name({ db }: WriterContext, row: Named, model: NewModel): ModelRow {
  const replaced = modelByName(db, model.name);
  if (replaced) throwModel(db, replaced.id, new Date());
  const { id, name: text, trainLoss } = model;
  insertModel(db, {
    ...{ id, name: text, checkpointId: row.id, trainLoss, createdAt: row.createdAt },
  });
  return getModel(db, id);
}

function slices({ buffer, tensors }: NewCheckpoint): TensorBytes[] {
  return tensors.map(({ name: label, dtype, shape, offset, length }) => {
    const refuse = (reason: string): never => {
      throw new OptionInvalid({ option: `tensors["${label}"]`, reason });
    };
    const whole = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
    if (dtype !== "F32" && dtype !== "I32") refuse("has another dtype than F32 and I32");
    if (!Array.isArray(shape) || !shape.every(whole))
      refuse("has a shape of other than whole numbers");
    if (!whole(offset) || !whole(length) || offset + length > buffer.byteLength) {
      refuse("does not lie in the buffer");
    }
    if (shape.reduce((product, size) => product * size, 4) !== length) {
      refuse("has another length than its shape says");
    }
    return { name: label, dtype, shape, bytes: new Uint8Array(buffer, offset, length) };
  });
}

// SQLite has no NaN, and JSON neither.
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
