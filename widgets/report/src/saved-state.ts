import type { WidgetModel } from "@jupyter-widgets/base";
import type { IManagerState } from "@jupyter-widgets/base-manager";
import sanitize from "sanitize-html";

const CONTROLS = "@jupyter-widgets/controls";
const LINKS = new Set(["LinkModel", "DirectionalLinkModel"]);
/** Controls that do all their work in the page. */
const SELF_SUFFICIENT = new Set(["PlayModel", "AccordionModel", "TabModel", "StackModel"]);

/** Why a control is disabled. */
const NO_KERNEL = "No kernel: this is a report. Open the notebook to use this control.";

/**
 * Cleans the HTML in saved labels, which nobody trusted; the widgets would put it into the page as it is.
 *
 * @example await manager.set_state(cleanedState(saved));
 */
export function cleanedState(saved: IManagerState): IManagerState {
  for (const { model_module, model_name, state } of Object.values(saved.state)) {
    if (model_module !== CONTROLS || !/^HTML(Math)?Model$/.test(model_name)) continue;
    state["value"] = cleaned(String(state["value"] ?? ""));
  }
  return saved;
}

/**
 * Disables controls that only a kernel would hear, and says why; those linked in the page go on working.
 *
 * @example disableControls(await manager.set_state(state));
 */
export function disableControls(models: readonly WidgetModel[]): void {
  const linked = new Set<unknown>();
  for (const model of models) {
    if (!LINKS.has(model.name)) continue;
    for (const end of ["source", "target"]) linked.add((model.get(end) as unknown[] | null)?.[0]);
  }
  for (const model of models) {
    const acts = model.module === CONTROLS && model.get("disabled") !== undefined;
    if (!acts || linked.has(model) || SELF_SUFFICIENT.has(model.name)) continue;
    model.set({ disabled: true, tooltip: NO_KERNEL });
  }
}

function cleaned(html: string): string {
  return sanitize(html, {
    allowedTags: [...sanitize.defaults.allowedTags, "img"],
    allowedAttributes: {
      "*": ["class", "style", "title", "aria-*"],
      a: ["href"],
      img: ["src", "alt", "width", "height"],
    },
    allowedSchemesByTag: { img: ["data"] },
    exclusiveFilter: ({ tag, attribs }) =>
      tag === "img" && !(attribs["src"] ?? "").startsWith("data:image/"),
  });
}
