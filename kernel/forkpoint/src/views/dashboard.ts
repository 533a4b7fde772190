import type { Session } from "@forkpoint/training";
import { kernelActivity } from "./activity.js";
import { createHistory } from "./history.js";
import { createLibrary } from "./library.js";
import { canShowOthers } from "./showing.js";
import { snapshotsOf } from "./snapshots.js";
import { timelineOf } from "./timeline.js";
import { createTree } from "./tree.js";
import { createView } from "./view.js";
import type { View } from "./view.js";
import { formsOf, storeOf, viewWidget } from "./widget-forms.js";

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
    const follow = (branch: Session): Promise<void> => showInstead(branch, timeline.session);
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
      const snapshots = snapshotsOf(store, next).widget;
      widget.set({ timeline: timeline.widget, snapshots, text: timeline.text() });
    }
    const tree = createTree(store, session, show);
    const history = createHistory(timeline);
    const widget = viewWidget("dashboard", {
      timeline: timeline.widget,
      snapshots: snapshotsOf(store, session).widget,
      library: library.widget,
      activity: await kernelActivity(),
      tree: tree.widget,
      history: history.widget,
      text: timeline.text(),
    });
    canShowOthers(store, { session: () => timeline.session, show });
    return formsOf(widget, () => timeline, listeners);
  });
}
