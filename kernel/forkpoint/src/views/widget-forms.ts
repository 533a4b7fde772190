import { Widget } from "@forkpoint/jupyter";
import type { Session, TrainingStore } from "@forkpoint/training";
import { openStores } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, VIEW_NAMES, WIRE_RANGE } from "@forkpoint/wire";
import type { Timeline } from "./timeline.js";
import type { ViewForms } from "./view.js";

/** The views of a page, by the names of their functions. */
export type ViewName = keyof typeof VIEW_NAMES;

/**
 * The three forms of a view of one timeline at a time.
 *
 * @param timeline the one that it shows now
 * @param listeners those who want text and picture anew; whoever shows another timeline adds them to it
 * @example formsOf(viewWidget("scrubBar", state), () => timeline)
 */
export function formsOf(
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

/** The model behind a view. @example viewWidget("scrubBar", { timeline: timeline.widget, text: "" }) */
export function viewWidget(name: ViewName, state: Record<string, unknown>): Widget {
  return new Widget({
    model: MODEL_NAMES[name],
    view: VIEW_NAMES[name],
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state,
  });
}

/** The open store of a session. Throws when it has been closed. @example await storeOf(session) */
export async function storeOf(session: Session): Promise<TrainingStore> {
  const stores = await openStores();
  const found = stores.find((store) => store.open.includes(session));
  if (!found) throw new Error(`The store of session "${session.name}" has been closed.`);
  return found;
}
