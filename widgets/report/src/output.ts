import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

interface SavedOutput {
  output_type?: string;
  text?: string | string[];
  traceback?: string[];
  data?: Record<string, string | string[] | undefined>;
}

/** The model behind ipywidgets' Output widget, whose saved outputs a report shows. */
export class OutputModel extends DOMWidgetModel {
  override defaults(): Record<string, unknown> {
    return {
      ...super.defaults(),
      _model_name: "OutputModel",
      _view_name: "OutputView",
      _model_module: "@jupyter-widgets/output",
      _view_module: "@jupyter-widgets/output",
      outputs: [],
    };
  }
}

/** Saved outputs as text and pictures; never as HTML, which nobody has looked through. */
export class OutputView extends DOMWidgetView {
  override render(): void {
    super.render();
    const outputs = this.model.get("outputs") as SavedOutput[];
    for (const output of Array.isArray(outputs) ? outputs : []) this.el.append(element(output));
  }
}

function element(output: SavedOutput): HTMLElement {
  const picture = output.data?.["image/png"];
  if (picture !== undefined) {
    const image = document.createElement("img");
    image.src = `data:image/png;base64,${joined(picture)}`;
    image.alt = joined(output.data?.["text/plain"] ?? "");
    return image;
  }
  const text = document.createElement("pre");
  const lines = output.text ?? output.traceback?.join("\n") ?? output.data?.["text/plain"] ?? "";

  text.textContent = joined(lines).replace(/\u001b\[[0-9;]*m/g, "");
  return text;
}

function joined(text: string | string[]): string {
  return Array.isArray(text) ? text.join("") : String(text);
}
