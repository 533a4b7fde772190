import { Widget } from "@forkpoint/jupyter";
import type { Session, TrainingStore } from "@forkpoint/training";
import { openStores } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, VIEW_NAMES, WIRE_RANGE } from "@forkpoint/wire";
import { linesSvg } from "../text/lines.js";
import { createCompare } from "./compare.js";
import { createHistory } from "./history.js";
import { createLibrary } from "./library.js";
import { timelineOf } from "./timeline.js";
import type { Timeline } from "./timeline.js";
import { canShowOthers, createLead, shownLast } from "./showing.js";
import { createTree } from "./tree.js";
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
      void showInstead(branch, timeline.session);
    };
    timeline.onResumed.add(follow);
    async function showInstead(next: Session, previous: Session | null): Promise<void> {
      if (previous?.run?.status === "running") await previous.run.pause();
      await show(next);
    }
    let asked = timeline.session;
    // To look at another session stops none.
    async function show(next: Session): Promise<void> {
      asked = next;
      const found = await timelineOf(store, next);
      // Asked for another one meanwhile.
      if (asked !== next) return;
      // What others resume from the one left is theirs to show.
      timeline.onResumed.delete(follow);
      timeline = found;
      timeline.onResumed.add(follow);
      for (const listener of listeners) timeline.onRun(listener);
      library.setActive(next);
      tree.setSelected(next);
      history.follow(found);
      widget.set({ timeline: timeline.widget, text: timeline.text() });
    }
    const tree = createTree(store, session, show);
    const history = createHistory(timeline);
    const widget = viewWidget("dashboard", {
      timeline: timeline.widget,
      library: library.widget,
      tree: tree.widget,
      history: history.widget,
      text: timeline.text(),
    });
    canShowOthers(store, { session: () => timeline.session, show });
    return formsOf(widget, () => timeline, listeners);
  });
}

/** The bar to drag through a session's steps. */
export const scrubBar = (session: Session): View => timelineView("scrubBar", session);

/** The training and validation loss of a session. */
export const lossCurve = (session: Session): View => timelineView("lossCurve", session);

/** The texts sampled at each evaluation of a session. */
export const textProgress = (session: Session): View => timelineView("textProgress", session);

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

function timelineView(
  name: Exclude<ViewName, "modelLibrary" | "dashboard" | "sessionTree" | "runHistory" | "compare">,
  session: Session,
): View {
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
