import { Widget } from "@forkpoint/jupyter";
import { onActivity, openStores } from "@forkpoint/training";
import type { TrainingStore } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, WIRE_RANGE } from "@forkpoint/wire";
import type { ActivityState } from "@forkpoint/wire";

let activity: Promise<Widget> | null = null;

/**
 * The one model of a kernel that says which sessions train, whatever store they belong to.
 *
 * @example viewWidget("dashboard", { activity: await kernelActivity() })
 */
export function kernelActivity(): Promise<Widget> {
  activity ??= openStores().then((stores) => {
    const widget = new Widget({
      model: MODEL_NAMES.activity,
      view: null,
      module: VIEWS_MODULE,
      moduleVersion: WIRE_RANGE,
      state: { ...trainingIn(stores) },
    });
    onActivity(() => void openStores().then((now) => widget.set({ ...trainingIn(now) })));
    return widget;
  });
  return activity;
}

/**
 * The sessions of some stores that run or pause.
 *
 * @example trainingIn(await openStores()).training.length
 */
export function trainingIn(stores: readonly TrainingStore[]): ActivityState {
  const training = stores.flatMap((store) =>
    store.open.flatMap(({ id, name, run }): ActivityState["training"] => {
      const status = run?.status;
      if (status !== "running" && status !== "paused") return [];
      return [{ session_id: id, name, status }];
    }),
  );
  return { training };
}
