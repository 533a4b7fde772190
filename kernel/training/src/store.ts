import type { LayersModel } from "@tensorflow/tfjs";
import type {
  ModelRow,
  SessionRow,
  SqlQuery,
  Store,
  Trash,
  TrashRow,
} from "@forkpoint/checkpoints";
import { tellActivity } from "./activity.js";
import { watchElsewhere } from "./elsewhere.js";
import { SessionDiffers, SessionMissing } from "./errors/session.js";
import { isLayersModel } from "./fit/layers-model.js";
import { namedOptions } from "./options.js";
import type { KeyframePolicy } from "./session/keyframes.js";
import { Session } from "./session/session.js";
import type { FailureListener, SessionPort, SessionUpdate } from "./session/session-port.js";
import type { SessionOptions } from "./session/setup.js";
import { differencesOf, wantedSession } from "./session/wanted-session.js";

/** The model library, as a cell uses it. */
export interface ModelLibrary {
  /** Every saved model, newest first. */
  list(): ModelRow[];
  /** @throws NameTaken, NameInvalid, ModelNotFound. */
  rename(id: string, name: string): Promise<ModelRow>;
  /** Moves a model to the trash. */
  delete(id: string): Promise<TrashRow>;
  /** Brings a deleted model back. @throws NameTaken when its name has been given away. */
  restore(trashId: string): Promise<ModelRow>;
  /**
   * Opens a saved model as a new session, which goes on from its weights, slots, random numbers,
   * data cursor and step.
   *
   * @throws ModelNotFound; NameTaken when a session is called `as`.
   * @example
   * const session = await store.models.load("Model 1");
   */
  load(idOrName: string, options?: { as?: string }): Promise<Session>;
}

/**
 * What changed in a store: which sessions there are, or what one of this process did. When it is `closing`, all
 * its sessions have stopped: it can be read a last time.
 */
export type StoreChange =
  | { kind: "sessions" }
  | { kind: "closing" }
  | { kind: "session"; session: Session; update: SessionUpdate };

/**
 * A store at work: sessions that train, and the library of saved models.
 *
 * @example
 * const store = await open();
 * const session = await store.session("sonnets", { model: microGPT(), data: corpus.sonnets() });
 */
export class TrainingStore {
  readonly store: Store;
  readonly models: ModelLibrary;
  readonly sessions: { list(): SessionRow[] };
  /**
   * Asks the store in SQL: one select over metrics, snapshots, sessions, runs, checkpoints, models
   * and events, the rows of runs at work included.
   *
   * @throws SqlFailed in DuckDB's words; SqlRefused, SqlTimedOut, SqlTooLarge.
   * @example
   * await store.sql("select session, min(train_loss) best from metrics group by 1 order by 2");
   */
  readonly sql: SqlQuery;
  /**
   * What was deleted and can come back: models, checkpoints, runs, sessions.
   *
   * @throws StillNeeded, NameTaken, PlaceGone, SessionBusy: all that is asked for happens, or nothing
   * @example
   * const [entry] = await store.trash.put([{ kind: "session", id: hot.id }]);
   * await store.trash.restore([entry.id]);
   */
  readonly trash: Trash;
  #onFailure: FailureListener;
  #keyframes: KeyframePolicy;
  #closed: () => void;
  #sessions = new Map<string, Session>();
  #libraryListeners = new Set<() => void>();
  #listeners = new Set<(change: StoreChange) => void>();
  #watch: (() => void) | null = null;

  /** @internal Use `open`. */
  constructor(
    store: Store,
    onFailure: FailureListener,
    keyframes: KeyframePolicy,
    closed: () => void,
  ) {
    this.store = store;
    this.#onFailure = onFailure;
    this.#keyframes = keyframes;
    this.#closed = closed;
    this.sessions = { list: () => store.sessions.list() };
    this.sql = store.sql;
    const changed = <Row>(row: Row): Row => {
      for (const listener of this.#libraryListeners) listener();
      return row;
    };
    const { trash } = store;
    this.trash = {
      ...trash,
      put: async (items) => {
        const rows = changed(await trash.put(items));
        await Promise.all(items.map(({ kind, id }) => kind === "session" && this.#forget(id)));
        this.#tell({ kind: "sessions" });
        return rows;
      },
      restore: async (ids) => {
        const restored = changed(await trash.restore(ids));
        this.#tell({ kind: "sessions" });
        return restored;
      },
    };
    this.models = {
      list: () => store.models.list(),
      rename: async (id, name) => changed(await store.writer.renameModel(id, name)),
      delete: async (id) => changed(await store.writer.deleteModel(id)),
      restore: async (id) => changed(await store.writer.restoreModel(id)),
      load: (idOrName, options) => this.#load(idOrName, options),
    };
  }

  /** The folder on disk. */
  get path(): string {
    return this.store.path;
  }

  /** The sessions in use by this process. */
  get open(): Session[] {
    return [...this.#sessions.values()];
  }

  /**
   * Opens the session of this name, or makes it.
   *
   * @throws SessionNotFound when there is none and no options say how to make one; SessionDiffers
   *   when it was made with other options, ModelDiffers with other code of a hand-written model;
   *   OptionInvalid, ModelUnknown, CorpusEmpty, CorpusTooShort, CorpusUnreadable, ExamplesInvalid,
   *   LossInvalid, NameInvalid.
   * @example
   * const session = await store.session("sonnets", { model: microGPT(), data: corpus.sonnets() });
   * const again = await store.session("sonnets");
   */
  async session(name: string, options?: SessionOptions): Promise<Session> {
    const found = typeof name === "string" ? this.store.sessions.byName(name) : null;
    if (!options) {
      if (!found)
        throw new SessionMissing(
          name,
          this.sessions.list().map((row) => row.name),
        );
      return this.#open(found);
    }
    const wanted = await wantedSession(options);
    const layers = isLayersModel(options.model) ? options.model : null;
    if (found) {
      await wanted.compare(this.store, found);
      return this.#open(found, layers);
    }
    for (const blob of wanted.blobs) await this.store.writer.saveBlob(blob);
    const row = await this.store.writer.createSession({ name, ...wanted.texts });
    return this.#open(row, layers);
  }

  /** Calls back when the model library has changed, until the returned function is called. */
  onLibraryChange(listener: () => void): () => void {
    this.#libraryListeners.add(listener);
    this.#watchElsewhere();
    return () => void this.#libraryListeners.delete(listener);
  }

  /**
   * Calls back on every change made through this process, and within a second or two when another one has made
   * or changed sessions, until the returned function is called.
   */
  onChange(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    this.#watchElsewhere();
    return () => void this.#listeners.delete(listener);
  }

  // Only where something is shown: a script that trains needs no news.
  #watchElsewhere(): void {
    this.#watch ??= watchElsewhere(this.store, () => {
      for (const listener of this.#libraryListeners) listener();
      this.#tell({ kind: "sessions" });
    });
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #forget(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.close();
  }

  /** Stops every run at a step boundary, saves, and closes the store. */
  async close(): Promise<void> {
    const sessions = this.open;
    this.#watch?.();
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    try {
      this.#tell({ kind: "closing" });
    } finally {
      await this.store.close();
      this.#closed();
    }
  }

  #open(row: SessionRow, layers: LayersModel | null = null): Session {
    let session = this.#sessions.get(row.id);
    if (!session) {
      session = new Session(this.store, row, this.#onFailure, this.#keyframes, this.#port());
      this.#sessions.set(row.id, session);
      const made = session;
      made.subscribe((update) => {
        this.#tell({ kind: "session", session: made, update });
        if (update.kind === "run") tellActivity();
        if (update.kind !== "checkpoint") return;
        for (const listener of this.#libraryListeners) listener();
      });
      this.#tell({ kind: "sessions" });
    }
    if (layers) session.layers = layers;
    return session;
  }

  #port(): SessionPort {
    return {
      open: (row, layers) => this.#open(row, layers),
      freeName: (name) => this.#freeName(name),
      branch: ({ name, parent, forkStep, forkCheckpointId, settings, takeNameOf }) => {
        const { modelKind, modelConfig, trainingConfig, dataConfig } = settings;
        return this.store.writer.createSession({
          ...(name === undefined ? {} : { name }),
          ...{ parentSessionId: parent.id, forkStep, forkCheckpointId },
          ...{ modelKind, modelConfig, trainingConfig, dataConfig },
          ...(takeNameOf ? { takeNameOf } : {}),
        });
      },
      again: (found, { parent, forkStep, settings }, anyStep) => {
        const differences = differencesOf(found, settings);
        const origin = found.parentSessionId ?? "none";
        if (origin !== parent.id)
          differences.unshift({ option: "parent", stored: origin, given: parent.id });
        if (found.forkStep !== forkStep && !anyStep)
          differences.unshift({
            ...{ option: "at", stored: String(found.forkStep), given: String(forkStep) },
          });
        if (differences.length > 0) throw new SessionDiffers(found.name, differences);
        return this.#open(found);
      },
      moved: (session, from) => {
        this.#sessions.delete(from);
        this.#sessions.set(session.id, session);
      },
    };
  }

  async #load(idOrName: string, options: { as?: string } = {}): Promise<Session> {
    const { as } = namedOptions("load", options, ["as"]) as { as?: string };
    const model = this.store.models.byName(idOrName) ?? this.store.models.get(idOrName);
    const origin = this.store.sessions.get(model.sessionId);
    const row = await this.store.writer.createSession({
      name: as ?? this.#freeName(model.name),
      parentSessionId: origin.id,
      forkStep: model.step,
      forkCheckpointId: model.checkpointId,
      modelKind: origin.modelKind,
      modelConfig: origin.modelConfig,
      trainingConfig: origin.trainingConfig,
      dataConfig: origin.dataConfig,
    });
    return this.#open(row, this.#sessions.get(origin.id)?.layers);
  }

  #freeName(base: string): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}-${number}`;
      if (!this.store.sessions.byName(name)) return name;
    }
  }
}
