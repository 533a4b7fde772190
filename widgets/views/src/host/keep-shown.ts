import type { DOMWidgetView } from "@jupyter-widgets/base";

type Widget = DOMWidgetView["luminoWidget"];

const VIEW = "application/vnd.jupyter.widget-view+json";

/** What JupyterLab draws an output with. */
interface Renderer {
  renderModel(output: { data: Record<string, unknown> }): Promise<void>;
}

/**
 * Keeps a view where it is when the text and picture beside it are renewed, as when a run ends. JupyterLab's
 * renderer empties the output then and makes another view of the same model: the page would jump, a drag break
 * off, what is typed be lost, and the view before go on drawing unseen.
 *
 * @param view in its place in the page
 * @example void this.displayed.then(() => keepShown(this.luminoWidget, this.model.model_id));
 */
export function keepShown(view: Widget, modelId: string): void {
  const parent = view.parent as (Widget & Partial<Renderer>) | null;
  if (typeof parent?.renderModel !== "function") return;
  const renderer = parent as Widget & Renderer;
  const { renderModel } = Object.getPrototypeOf(renderer) as Renderer;
  let newest: { model_id?: string } | undefined;
  // As the renderer does: of a view that has ended, no other is made.
  view.disposed.connect(() => {
    if (newest) newest.model_id = "";
  });
  renderer.renderModel = async (output) => {
    const shown = output.data[VIEW] as { model_id?: string } | undefined;
    if (shown?.model_id !== modelId || view.node.parentNode !== renderer.node)
      return renderModel.call(renderer, output);
    newest = shown;
  };
}
