import { Widget } from "@forkpoint/jupyter";
import type { Session, TrainingStore } from "@forkpoint/training";
import { openStores } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, VIEW_NAMES, WIRE_RANGE } from "@forkpoint/wire";
import { createLibrary } from "./library.js";
import { snapshotPicture, snapshotText } from "../text/snapshots.js";
import { snapshotsOf } from "./snapshots.js";
import type { Snapshots } from "./snapshots.js";
import { timelineOf } from "./timeline.js";
import type { Timeline } from "./timeline.js";
import { createView } from "./view.js";
import type { View, ViewForms } from "./view.js";

type ViewName = keyof typeof VIEW_NAMES;

/**
 * The live view of a session: loss curve, sampled texts, ScrubBar, model library and progress.
 * The last value of a cell.
 *
 * @example
 * dashboard(session)
 */
export function dashboard(session: Session): View {
  return createView(`Dashboard of "${session.name}"`, async () => {
    const store = await storeOf(session);
    let timeline = await timelineOf(store, session);
    const listeners: (() => void)[] = [];
    // The loaded session takes the place of the one shown: it trains on to the same step, and the
    // other holds at a step boundary, from where it can continue.
    const library = createLibrary(store, session, async (loaded, previous) => {
      const goal = previous?.runs.at(-1)?.targetStep ?? 0;
      await showInstead(loaded, previous);
      if (goal > loaded.step && loaded.modelConfig.kind !== "layers") loaded.train({ to: goal });
    });
    const follow = (branch: Session): void => {
      library.setActive(branch);
      void showInstead(branch, timeline.session);
    };
    timeline.onResumed.add(follow);
    async function showInstead(next: Session, previous: Session | null): Promise<void> {
      if (previous?.run?.status === "running") await previous.run.pause();
      timeline = await timelineOf(store, next);
      timeline.onResumed.add(follow);
      for (const listener of listeners) timeline.onRun(listener);
      const snapshots = snapshotsOf(store, next).widget;
      widget.set({ timeline: timeline.widget, snapshots, text: timeline.text() });
    }
    const widget = viewWidget("dashboard", {
      timeline: timeline.widget,
      snapshots: snapshotsOf(store, session).widget,
      library: library.widget,
      text: timeline.text(),
    });
    return formsOf(widget, () => timeline, listeners);
  });
}

/** The bar to drag through a session's steps. */
export const scrubBar = (session: Session): View => timelineView("scrubBar", session);

/** The training and validation loss of a session. */
export const lossCurve = (session: Session): View => timelineView("lossCurve", session);

/** The texts sampled at each evaluation of a session, each with what changed since the one before. */
export const textProgress = (session: Session): View => snapshotView("textProgress", session);

/** How likely each next token is after the prompt, at the step shown. */
export const probabilityTower = (session: Session): View =>
  snapshotView("probabilityTower", session);

/** Where each token of the prompt looks: the heads of every layer, at the step shown. */
export const attentionCinema = (session: Session): View => snapshotView("attentionCinema", session);

/** The alphabet's vectors in two dimensions, drifting as the session trains. */
export const embeddingMap = (session: Session): View => snapshotView("embeddingMap", session);

/** The saved models of a store. What is loaded here trains when a cell says so. */
export function modelLibrary(store: TrainingStore): View {
  return createView("Model library", async () => {
    const session = store.open.findLast(({ run }) => run !== null) ?? store.open.at(-1) ?? null;
    const library = createLibrary(store, session, async () => {});
    const list = (): string =>
      store.models
        .list()
        .map(({ name, step, sessionName }) => `${name}: step ${step} of "${sessionName}"`)
        .join("\n") || "No saved models yet";
    return {
      widget: viewWidget("modelLibrary", { library: library.widget, text: list() }),
      text: list,
    };
  });
}

function timelineView(name: "scrubBar" | "lossCurve", session: Session): View {
  return createView(`${name} of "${session.name}"`, async () => {
    const timeline = await timelineOf(await storeOf(session), session);
    const state = { timeline: timeline.widget, text: timeline.text() };
    return formsOf(viewWidget(name, state), () => timeline);
  });
}

function snapshotView(
  name: "textProgress" | "probabilityTower" | "attentionCinema" | "embeddingMap",
  session: Session,
): View {
  return createView(`${name} of "${session.name}"`, async () => {
    const store = await storeOf(session);
    const timeline = await timelineOf(store, session);
    const snapshots: Snapshots = snapshotsOf(store, session);
    // Its text and picture are made at once, and kept in the notebook.
    await snapshots.ready;
    const text = (): string => snapshotText(name, timeline, snapshots);
    const widget = viewWidget(name, {
      ...{ timeline: timeline.widget, snapshots: snapshots.widget, text: text() },
    });
    const forms = formsOf(widget, () => timeline);
    if (name === "textProgress") return { ...forms, text };
    return { ...forms, text, picture: () => snapshotPicture(name, snapshots) };
  });
}

function formsOf(
  widget: Widget,
  timeline: () => Timeline,
  listeners: (() => void)[] = [],
): ViewForms {
  return {
    widget,
    text: () => timeline().text(),
    picture: () => timeline().picture(),
    onChange: (listener) => {
      const renew = (): void => {
        widget.set({ text: timeline().text() });
        listener();
      };
      listeners.push(renew);
      timeline().onRun(renew);
    },
  };
}

function viewWidget(name: ViewName, state: Record<string, unknown>): Widget {
  return new Widget({
    model: MODEL_NAMES[name],
    view: VIEW_NAMES[name],
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state,
  });
}

async function storeOf(session: Session): Promise<TrainingStore> {
  const stores = await openStores();
  const found = stores.find((store) => store.open.includes(session));
  if (!found) throw new Error(`The store of session "${session.name}" has been closed.`);
  return found;
}
