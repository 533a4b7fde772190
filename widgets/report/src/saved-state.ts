import type { IManagerState } from "@jupyter-widgets/base-manager";
import sanitize from "sanitize-html";

const CONTROLS = "@jupyter-widgets/controls";
const LINKS = new Set(["LinkModel", "DirectionalLinkModel"]);
/** Controls that do all their work in the page. */
const SELF_SUFFICIENT = new Set(["PlayModel", "AccordionModel", "TabModel", "StackModel"]);

/** Why a control is disabled. */
export const NO_KERNEL = "No kernel: this is a report. Open the notebook to use this control.";

/**
 * Saved state as a report can show it: controls that only a kernel would hear are disabled and say so
 * (those linked in the page go on working), and HTML in labels is cleaned, since nobody trusted it.
 *
 * @example await manager.set_state(prepared(saved));
 */
export function prepared(saved: IManagerState): IManagerState {
  const linked = new Set<string>();
  for (const { model_name, state } of Object.values(saved.state)) {
    if (!LINKS.has(model_name)) continue;
    for (const end of [state["source"], state["target"]]) {
      const id = Array.isArray(end) ? String(end[0]) : "";
      linked.add(id.replace("IPY_MODEL_", ""));
    }
  }
  for (const [id, model] of Object.entries(saved.state)) {
    if (model.model_module !== CONTROLS) continue;
    const { state } = model;
    if (typeof state["value"] === "string" && /^HTML(Math)?Model$/.test(model.model_name)) {
      state["value"] = cleaned(state["value"]);
    }
    if (!("disabled" in state) || linked.has(id) || SELF_SUFFICIENT.has(model.model_name)) continue;
    state["disabled"] = true;
    state["tooltip"] = NO_KERNEL;
  }
  return saved;
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
  });
}
