import { Widget } from "@forkpoint/jupyter";
import type { Session, TrainingStore } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, WIRE_RANGE, parseLibraryRequest } from "@forkpoint/wire";
import type { LibraryRequest, LibraryState } from "@forkpoint/wire";
import { wholeText } from "../text/number.js";
import { answerRequests } from "./reply.js";
import { setChanged } from "./set-changed.js";

/** The kernel's side of a model library view. */
export interface Library {
  widget: Widget;
  /** The session that "save" saves and "load" replaces; null when there is none. */
  setActive(session: Session | null): void;
}

/**
 * A library over a store. `onLoad` is told of the session that a model was loaded as.
 */
export function createLibrary(
  store: TrainingStore,
  session: Session | null,
  onLoad: (loaded: Session, previous: Session | null) => Promise<void>,
): Library {
  let active = session;
  let unsubscribe = follow();
  const widget = new Widget({
    model: MODEL_NAMES.library,
    view: null,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { ...stateNow() },
  });
  // Also called for what the library does not show, such as a keyframe; a thousand models are not sent for it.
  const refresh = (): void => setChanged(widget, { ...stateNow() });
  store.onLibraryChange(refresh);

  function follow(): () => void {
    return active?.subscribe(({ kind }) => kind === "run" && refresh()) ?? (() => {});
  }

  // A store that cannot be read is said in the panel, which offers to try again.
  function stateNow(): LibraryState {
    try {
      return readState();
    } catch (error) {
      const { code = "Error", message } = error as Error & { code?: string };
      const nothing = { models: [], active: null, can_save: false, default_name: "" };
      return { ...nothing, status: "failed", error: { code, message } };
    }
  }

  function readState(): LibraryState {
    const models = store.models.list().map((model) => ({
      id: model.id,
      name: model.name,
      session_id: model.sessionId,
      session_name: model.sessionName,
      step: model.step,
      train_loss: model.trainLoss,
      created_at: model.createdAt,
    }));
    return {
      models,
      active: active && {
        session_id: active.id,
        session_name: active.name,
        status: active.run?.status ?? active.runs.at(-1)?.status ?? "ready",
        model_name: modelNameOf(store, active),
      },
      can_save: active !== null,
      default_name: store.store.models.defaultName(),
      status: "ready",
      error: null,
    };
  }

  async function perform(
    request: LibraryRequest,
  ): Promise<{ message?: string; trash_id?: string }> {
    switch (request.action) {
      case "save": {
        if (!active) return { message: "There is no session to save." };
        const saved = await active.save(request.name, { replace: request.replace === true });
        refresh();
        return { message: `Saved "${saved.name}" at step ${wholeText(saved.step)}.` };
      }
      case "rename": {
        const model = await store.models.rename(request.model_id, request.name);
        return { message: `Renamed to "${model.name}".` };
      }
      case "delete": {
        const trashed = await store.models.delete(request.model_id);
        return { message: `Moved "${trashed.name}" to the trash.`, trash_id: trashed.id };
      }
      case "restore": {
        const model = await store.models.restore(request.trash_id);
        return { message: `Brought "${model.name}" back.` };
      }
      case "load": {
        const { name, step } = store.store.models.get(request.model_id);
        const loaded = await store.models.load(request.model_id);
        await onLoad(loaded, active);
        library.setActive(loaded);
        return {
          message: `Session "${loaded.name}" goes on from "${name}" at step ${wholeText(step)}.`,
        };
      }
      case "retry":
        refresh();
        return {};
    }
  }

  answerRequests(widget, parseLibraryRequest, perform);

  const library: Library = {
    widget,
    setActive(next) {
      active = next;
      unsubscribe();
      unsubscribe = follow();
      refresh();
    },
  };
  return library;
}

// The model that this session was saved as last, else the one it was loaded from.
function modelNameOf(store: TrainingStore, session: Session): string | null {
  const models = store.models.list();
  const saved = models.find(({ sessionId }) => sessionId === session.id);
  const { forkCheckpointId } = session.row;
  return (
    (saved ?? models.find(({ checkpointId }) => checkpointId === forkCheckpointId))?.name ?? null
  );
}
