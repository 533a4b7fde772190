import type { WidgetModel } from "@jupyter-widgets/base";
import { useCallback, useSyncExternalStore, type RefObject } from "react";
import type { ForkpointModel } from "../models/forkpoint-model.js";
import type { KernelStateModel } from "../models/kernel-state-model.js";
import type { Liveness } from "../models/liveness.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { leaveTurns, takeTurn } from "./turns.js";
import { useSeen } from "./use-seen.js";

/**
 * Renders again when what a model read of the kernel's state changes.
 *
 * @example useData(timeline); return <b>{timeline.state.step}</b>;
 */
export function useData(model: KernelStateModel): void {
  const { subscribe, version } = model.dataChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again when the step to show changes.
 *
 * @example useCursor(timeline); return <b>{timeline.shownStep ?? "Live"}</b>;
 */
export function useCursor(timeline: TimelineModel): void {
  const { subscribe, version } = timeline.cursorChanges;
  useSyncExternalStore(subscribe, version);
}

/**
 * Renders again, in turn with the other views of the page, when the step to show is another in what it gives
 * this view. For what takes more to draw than a number or a line.
 *
 * @param root what the view stands in: where it is out of sight, the view follows once the step rests
 * @param shown what the view shows of the step, as something that can be compared
 * @example const current = useCursorInTurn(timeline, section, () => sampleAt(timeline.shownStep));
 */
export function useCursorInTurn<T extends string | number | null>(
  timeline: TimelineModel,
  root: RefObject<HTMLElement | null>,
  shown: () => T,
): T {
  const seen = useSeen(root);
  const { subscribe } = timeline.cursorChanges;
  const inTurn = useCallback(
    (listener: () => void) => {
      const taker = { draw: listener, inSight: () => seen.current };
      const stop = subscribe(() => takeTurn(taker));
      return () => {
        stop();
        leaveTurns(taker);
      };
    },
    [subscribe, seen],
  );
  return useSyncExternalStore(inTurn, shown);
}

/**
 * Whether a kernel stands behind a model, now and as it changes.
 *
 * @example const liveness = useLiveness(timeline); <button disabled={!liveness.live} />
 */
export function useLiveness(model: ForkpointModel): Liveness {
  const { subscribe, version } = model.liveChanges;
  useSyncExternalStore(subscribe, version);
  return model.liveness;
}

/**
 * An attribute of a widget model, now and as it changes: another model it refers to, for one.
 *
 * @example const timeline = useAttribute(model, "timeline");
 */
export function useAttribute(model: WidgetModel, key: string): unknown {
  const subscribe = useCallback(
    (listener: () => void) => {
      model.on(`change:${key}`, listener);
      return () => model.off(`change:${key}`, listener);
    },
    [model, key],
  );
  return useSyncExternalStore(subscribe, () => model.get(key) as unknown);
}
