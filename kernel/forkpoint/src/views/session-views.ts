import type { Session, TrainingStore } from "@forkpoint/training";
import { linesSvg } from "../text/lines.js";
import { createCompare } from "./compare.js";
import { createHistory } from "./history.js";
import { createLibrary } from "./library.js";
import { snapshotPicture, snapshotText } from "../text/snapshots.js";
import { snapshotsOf } from "./snapshots.js";
import type { Snapshots } from "./snapshots.js";
import { timelineOf } from "./timeline.js";
import { canShowOthers, createLead, shownLast } from "./showing.js";
import { createTree } from "./tree.js";
import { createView } from "./view.js";
import type { View } from "./view.js";
import { formsOf, storeOf, viewWidget } from "./widget-forms.js";

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
    const session = newestOf(store);
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

/**
 * Every session of a store and where it came from. Selecting one shows it in the views that showed
 * the one selected before, and from then on in these.
 *
 * @example
 * sessionTree(store)
 */
export function sessionTree(store: TrainingStore): View {
  return createView("Session tree", async () => {
    const lead = createLead(store);
    const tree = createTree(store, shownLast(store) ?? newestOf(store), (next, previous) =>
      lead(previous, next),
    );
    return { widget: tree.widget, text: tree.text, picture: tree.picture, onChange: tree.onChange };
  });
}

/**
 * The runs of a session. Choosing one shows it in the views of that session.
 *
 * @example
 * runHistory(session)
 */
export function runHistory(session: Session): View {
  return createView(`Runs of "${session.name}"`, async () => {
    const store = await storeOf(session);
    let timeline = await timelineOf(store, session);
    const history = createHistory(timeline);
    canShowOthers(store, {
      session: () => timeline.session,
      async show(next) {
        timeline = await timelineOf(store, next);
        history.follow(timeline);
      },
    });
    return {
      widget: history.widget,
      text: history.text,
      picture: () => linesSvg(history.text().split("\n").slice(0, 40)),
      onChange: (listener) => void timeline.onRun(listener),
    };
  });
}

/**
 * Two sessions side by side: curves, sampled texts, settings that differ, and on demand how far each
 * weight tensor is apart. Of any two sessions, also of two stores.
 *
 * @example
 * compare(session, hot)
 */
export function compare(one: Session, other: Session): View {
  return createView(`"${one.name}" beside "${other.name}"`, async () => {
    const timelines = [one, other].map(async (session) =>
      timelineOf(await storeOf(session), session),
    );
    const [a, b] = await Promise.all(timelines);
    return createCompare(a!, b!);
  });
}

function newestOf(store: TrainingStore): Session | null {
  return store.open.findLast(({ run }) => run !== null) ?? store.open.at(-1) ?? null;
}

function timelineView(name: "scrubBar" | "lossCurve", session: Session): View {
  return createView(`${name} of "${session.name}"`, async () => {
    const store = await storeOf(session);
    let timeline = await timelineOf(store, session);
    const listeners: (() => void)[] = [];
    const widget = viewWidget(name, { timeline: timeline.widget, text: timeline.text() });
    canShowOthers(store, {
      session: () => timeline.session,
      async show(next) {
        timeline = await timelineOf(store, next);
        for (const listener of listeners) timeline.onRun(listener);
        widget.set({ timeline: timeline.widget, text: timeline.text() });
      },
    });
    return formsOf(widget, () => timeline, listeners);
  });
}

function snapshotView(
  name: "textProgress" | "probabilityTower" | "attentionCinema" | "embeddingMap",
  session: Session,
): View {
  return createView(`${name} of "${session.name}"`, async () => {
    const store = await storeOf(session);
    let timeline = await timelineOf(store, session);
    let snapshots: Snapshots = snapshotsOf(store, session);
    const listeners: (() => void)[] = [];
    // Its text and picture are made at once, and kept in the notebook.
    await snapshots.ready;
    const text = (): string => snapshotText(name, timeline, snapshots);
    const state = (): Record<string, unknown> => ({
      ...{ timeline: timeline.widget, snapshots: snapshots.widget, text: text() },
    });
    const widget = viewWidget(name, state());
    canShowOthers(store, {
      session: () => timeline.session,
      async show(next) {
        timeline = await timelineOf(store, next);
        snapshots = snapshotsOf(store, next);
        await snapshots.ready;
        for (const listener of listeners) timeline.onRun(listener);
        widget.set(state());
      },
    });
    const forms = formsOf(widget, () => timeline, listeners);
    if (name === "textProgress") return { ...forms, text };
    return { ...forms, text, picture: () => snapshotPicture(name, snapshots) };
  });
}
