import { BlobMissing } from "../errors/data-errors.js";
import { OptionInvalid } from "../errors/folder-errors.js";
import { RunNotFound } from "../errors/entry-errors.js";
import { CHECKPOINT_TRIGGERS, getCheckpoint, insertCheckpoint } from "../catalog/checkpoints.js";
import type { CheckpointRow, CheckpointTrigger } from "../catalog/checkpoints.js";
import { snapshot, write } from "../catalog/connection.js";
import { getModel, insertModel, modelByName, requireModelName } from "../catalog/models.js";
import type { ModelRow } from "../catalog/models.js";
import { cleanName } from "../catalog/names.js";
import { historyNow, placeOfReplay } from "../catalog/placing.js";
import { advanceRun, getRun } from "../catalog/runs.js";
import { getSession } from "../catalog/sessions.js";
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
import type { PackThread } from "./pack-thread.js";
import { tensorsIn } from "./pack.js";
import type { TensorBytes, TensorSlice } from "./pack.js";
import { sha256 } from "../hashing/digests.js";
import { hashAhead } from "../hashing/hash-ahead.js";
import type { HashesAhead } from "../hashing/hash-ahead.js";
import type { StateInput } from "./state.js";
import { writePack } from "./write-pack.js";
import type { PackToWrite, WrittenPack } from "./write-pack.js";

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
  /** That the store's threads took for it, without what they waited for their turn. */
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
): Promise<AnsweredSave> {
  const began = performance.now();
  const tensors = tensorsIn(input.buffer, input.tensors);
  // Those that training makes by itself: nobody waits for them.
  const beside = input.trigger === "auto" ? context.packThread : undefined;
  // From the very beginning: the disk waits for the first digests.
  const contents = tensors.map(({ bytes }) => bytes);
  const hashes = beside ? null : hashAhead(contents, 2);
  try {
    return await save(context, input, tensors, beside ?? hashes!, began);
  } finally {
    await hashes?.end();
  }
}

async function save(
  context: WriterContext,
  input: NewCheckpoint,
  tensors: readonly TensorBytes[],
  by: PackThread | HashesAhead,
  began: number,
): Promise<AnsweredSave> {
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
  // On one state of the catalog, and looked for once.
  const { replayed, known } = snapshot(db, () => {
    admit(context, input, model);
    const replayed = input.trigger === "replay" ? placeOfReplay(db, input) : null;
    return { replayed, known: replayed ?? historyNow(db, input.sessionId) };
  });
  clearStrays(context);
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

  const commit = (written: WrittenPack, temporary: string): SavedCheckpoint | null => {
    const { bytes, stored, digests, state, digest } = written;
    admit(context, input, model);
    // Another process may have collected a tensor that this pack leaves out.
    const here = new Set(stored.map((tensor) => tensor.digest));
    const missing = digests.some((each) => !here.has(each) && !findTensor(db, each));
    if (missing) return null;
    renameDurably(temporary, packFile(path, id));
    insertPack(db, id, bytes, made.createdAt);
    for (const tensor of stored) insertTensor(db, tensor);
    for (const text of Object.values(input.state.configs)) insertConfig(db, sha256(text), text);
    insertCheckpoint(
      db,
      {
        ...{ ...made, digest, bytes, state, engine: input.state.engine },
        ...(replayed ?? historyNow(db, sessionId)),
      },
      digests,
    );
    if (input.runId !== null && !replayed) advanceRun(db, input.runId, input.step, 0);
    return { checkpoint: getCheckpoint(db, id), model: model ? name(context, made, model) : null };
  };

  let { buffer } = input;
  let waited = 0;
  const writeBeside = async (thread: PackThread, pack: PackToWrite): Promise<WrittenPack> => {
    const asked = performance.now();
    const answer = await thread.write({ pack, buffer, tensors: input.tensors });
    buffer = answer.buffer;
    waited += performance.now() - asked - answer.processorMs;
    return answer.written;
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const temporary = temporaryFile(path, "packs", lease.id, newId());
    const pack: PackToWrite = {
      ...{ store: path, file: temporary, id, writer: lease.id, known, checkpoint: made },
      ...{ model: model ? named(model) : null, state: input.state },
    };
    const written = await ("write" in by
      ? writeBeside(by, pack)
      : writePack(db, pack, tensors, by));
    let saved: SavedCheckpoint | null = null;
    try {
      saved = write(db, () => commit(written, temporary));
    } finally {
      if (!saved) discard(context, [temporary, packFile(path, id)]);
    }
    const milliseconds = performance.now() - began - waited;
    if (saved) return { ...saved, buffer, milliseconds };
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

function named({ id, name: text, trainLoss }: NewModel): PackToWrite["model"] {
  return { id, name: text, trainLoss };
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

// SQLite has no NaN, and JSON neither.
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
