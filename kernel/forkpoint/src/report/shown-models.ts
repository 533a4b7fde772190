import type { Notebook } from "./notebook.js";
import { VIEW_TYPE } from "./notebook.js";
import type { SavedWidgets } from "./saved-widgets.js";

const REFERENCE = "IPY_MODEL_";
const LINKS = new Set(["LinkModel", "DirectionalLinkModel"]);

/**
 * The models that the notebook's outputs show, and all those they refer to. A kernel has more: each run of a
 * cell leaves the models of its last view behind.
 *
 * @example shownModels(notebook, widgets).state
 */
export function shownModels(notebook: Notebook, widgets: SavedWidgets): SavedWidgets {
  const wanted = new Set<string>();
  const add = (id: string): void => {
    const model = widgets.state[id];
    if (wanted.has(id) || !model) return;
    wanted.add(id);
    for (const reference of references(model.state)) add(reference);
  };
  for (const { outputs } of notebook.cells) {
    for (const { data } of outputs ?? []) {
      const view = data?.[VIEW_TYPE] as { model_id?: unknown } | undefined;
      if (typeof view?.model_id === "string") add(view.model_id);
    }
  }
  // Links are shown by nobody; they hold what is shown together.
  for (const [id, { model_name, state }] of Object.entries(widgets.state)) {
    if (LINKS.has(model_name) && [...references(state)].every((end) => wanted.has(end))) add(id);
  }
  const state = Object.create(null) as SavedWidgets["state"];
  for (const id of wanted) state[id] = widgets.state[id]!;
  return { ...widgets, state };
}

function* references(value: unknown): Generator<string> {
  if (typeof value === "string") {
    if (value.startsWith(REFERENCE)) yield value.slice(REFERENCE.length);
    return;
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  for (const item of Object.values(value)) yield* references(item);
}
