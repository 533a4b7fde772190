import type { EventRow } from "../catalog/events.js";
import type { ModelRow } from "../catalog/models.js";
import type { RunMode, RunRow } from "../catalog/runs.js";
import type { SessionAttributes, SessionRow } from "../catalog/sessions.js";
import type { LoggedRow } from "../metrics/log-values.js";
import type { CollectOptions, Collected, Thinned } from "../tensors/collection.js";
import type { Taken } from "../exchange/history.js";
import type { SampleRow } from "../snapshots/read.js";
import type { NewSnapshot } from "../snapshots/snapshot.js";
import type { KeyframeBudget } from "../tensors/keyframe-spacing.js";
import type { AnsweredSave, NewCheckpoint } from "../tensors/save.js";
import type { TrashItem, TrashRow } from "../trash/entries.js";
import type { Purged } from "../trash/purge.js";
import type { TrashRetention } from "../trash/retention.js";

/** A session to be made. The configs are exact JSON texts. */
export interface SessionInput {
  /** Unless it takes the name of another. */
  name?: string;
  /** In one transaction it takes the name that this session has, which goes on as `oldName`. */
  takeNameOf?: { sessionId: string; oldName: string };
  parentSessionId?: string | null;
  /** The step at which it leaves its parent. */
  forkStep?: number;
  forkCheckpointId?: string | null;
  modelKind: string;
  modelConfig: string;
  trainingConfig: string;
  dataConfig: string;
  /** Facts beside the settings, kept as they are: env_mode, mu, model_signature, … */
  attributes?: SessionAttributes;
}

/** A name to be moved. */
export interface NameMove {
  /** The session that has the name. */
  from: string;
  /** The session that gets it; its own name becomes free. */
  to: string;
  /** What `from` is called afterwards: no other session's name. */
  oldName: string;
}

/** A run to be started. */
export interface RunInput {
  sessionId: string;
  mode: RunMode;
  /** The step of the state it begins with. */
  fromStep: number;
  targetStep: number;
  seed: number;
  /** The engine's identity, JSON text. */
  engine: string;
}

/** How a run ended. */
export interface RunEnd {
  runId: string;
  status: "completed" | "interrupted" | "failed";
  step: number;
  error?: { code: string; message: string } | null;
  summary?: Record<string, number | null>;
}

/** An event to be recorded. */
export interface EventInput {
  sessionId: string;
  runId?: string | null;
  step?: number | null;
  kind: string;
  /** Plain JSON values. */
  data: object;
}

/**
 * All that changes a store. Every promise resolves when the change is durable (rows of metrics and
 * samples: handed to the system) and rejects with a typed error; then nothing of it is left. Calls
 * through one store happen in the order in which they were made.
 *
 * @example const session = await store.writer.createSession({ name: "sonnets", … });
 */
export interface StoreWriter {
  /** Errors: NameTaken, NameInvalid, SessionNotFound, CheckpointNotFound, OptionInvalid. */
  createSession(input: SessionInput): Promise<SessionRow>;
  /** Errors: SessionNotFound, NameTaken, NameInvalid. */
  renameSession(id: string, name: string): Promise<SessionRow>;
  /** In one transaction; gives `to` as it is then. Errors: SessionNotFound, NameTaken, NameInvalid, OptionInvalid. */
  moveName(input: NameMove): Promise<SessionRow>;
  /** Errors: SessionNotFound, SessionBusy when another live run holds it, OptionInvalid. */
  startRun(input: RunInput): Promise<RunRow>;
  /** Errors: RunNotFound, RunEnded. */
  setRunStatus(runId: string, status: "running" | "paused"): Promise<void>;
  /** Ends a run and seals what it recorded. Errors: RunNotFound, RunEnded. */
  finishRun(input: RunEnd): Promise<void>;
  /** Stores bytes once; gives their sha256. */
  saveBlob(bytes: Uint8Array): Promise<string>;
  /**
   * Saves a state; `buffer` is handed over, unless it is shared, and comes back with the answer. Errors: SessionNotFound,
   * RunNotFound, CheckpointNotFound for a parent, NameTaken, NameInvalid, BlobMissing, OptionInvalid.
   */
  saveCheckpoint(input: NewCheckpoint): Promise<AnsweredSave>;
  /** `chunk`: one complete Arrow IPC stream. Errors: RunNotFound, RunEnded, MetricsInvalid. */
  appendMetrics(input: { runId: string; chunk: Uint8Array }): Promise<void>;
  /** Steps ascend, also across calls. Errors: RunNotFound, RunEnded, MetricsInvalid. */
  appendSnapshots(input: { runId: string; snapshots: readonly NewSnapshot[] }): Promise<void>;
  /**
   * Adds snapshots of steps of the past to the runs that made them, inherited ones included; one of a
   * kind that its step has already takes its place. Resolves when they are sealed. Errors:
   * SessionNotFound, SessionBusy when such a run goes on, MetricsInvalid, MetricsDamaged.
   */
  fillSnapshots(input: { sessionId: string; snapshots: readonly NewSnapshot[] }): Promise<void>;
  /** Snapshots of the kind "sample". Errors: RunNotFound, RunEnded, MetricsInvalid. */
  appendSamples(input: { runId: string; rows: readonly SampleRow[] }): Promise<void>;
  /** Errors: SessionNotFound, RunNotFound. */
  appendEvent(input: EventInput): Promise<EventRow>;
  /**
   * Adds columns about steps of the past; a later value of the same name and step replaces an
   * earlier one. Names: snake_case, none that training recorded. Errors: SessionNotFound,
   * OptionInvalid, MetricsDamaged.
   */
  logValues(input: { sessionId: string; rows: readonly LoggedRow[] }): Promise<void>;
  /** Errors: ModelNotFound, NameTaken, NameInvalid. */
  renameModel(id: string, name: string): Promise<ModelRow>;
  /** Moves a model to the trash. Errors: ModelNotFound. */
  deleteModel(id: string): Promise<TrashRow>;
  /** Errors: TrashNotFound, NameTaken when a model has the name meanwhile. */
  restoreModel(trashId: string): Promise<ModelRow>;
  /**
   * Moves things to the trash, all or none. Errors: SessionNotFound, RunNotFound,
   * CheckpointNotFound, ModelNotFound, SessionBusy, StillNeeded, OptionInvalid.
   */
  throwAway(items: readonly TrashItem[]): Promise<TrashRow[]>;
  /** Puts things back to where they were, all or none. Errors: TrashNotFound, NameTaken, PlaceGone. */
  bringBack(ids: readonly string[]): Promise<TrashRow[]>;
  /** Removes entries of the trash for good, all or none. Errors: TrashNotFound, StillNeeded. */
  purge(ids: readonly string[]): Promise<Purged>;
  /** How long things stay in the trash. Errors: OptionInvalid. */
  setRetention(retention: TrashRetention): Promise<void>;
  /** Frees what nothing refers to; files after a grace period. Errors: OptionInvalid. */
  collect(options?: CollectOptions): Promise<Collected>;
  /**
   * Removes checkpoints made by themselves (auto, pause, replay) that nothing refers to until the
   * session's others keep to the budget, their gaps growing with age; the first and the newest stay.
   * Errors: SessionNotFound, OptionInvalid.
   */
  thinKeyframes(sessionId: string, budget: KeyframeBudget): Promise<Thinned>;
  /** Takes over the sessions of a store that importBundle has checked. Errors: ImportConflict. */
  adopt(input: { path: string }): Promise<Taken>;
  /** Waits until all calls before it are done and the disk has the rows appended so far. */
  flush(): Promise<void>;
}
