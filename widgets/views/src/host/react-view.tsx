import { DOMWidgetView, type WidgetModel } from "@jupyter-widgets/base";
import { StrictMode, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { ErrorBoundary } from "./error-boundary.js";
import { keepFocus } from "./keep-focus.js";
import { keepShown } from "./keep-shown.js";
import { installStyleSheet } from "./style-sheet.js";

// Keys for a field are its own: JupyterLab would take arrows for itself and leave a slider where it is.
function keepFieldKeys(event: KeyboardEvent): void {
  if ((event.target as Element).matches("input, select, textarea")) event.stopPropagation();
}

/** How Backbone keeps a listener. */
interface Listener {
  callback: (...parameters: unknown[]) => void;
}

/** A widget view whose inside is a React tree. */
export abstract class ReactView extends DOMWidgetView {
  declare private root: Root | undefined;
  declare private hears: Listener["callback"] | undefined;
  declare private letFocusGo: (() => void) | undefined;

  /** What to show for the view's model. */
  abstract content(model: WidgetModel): ReactNode;

  override initialize(parameters: Parameters<DOMWidgetView["initialize"]>[0]): void {
    super.initialize(parameters);
    // The base class listens by a function of its own and never stops: the model would keep all views ever shown.
    const { _events: events } = this.model as unknown as { _events?: Record<string, Listener[]> };
    this.hears = events?.["msg:custom"]?.at(-1)?.callback;
  }

  override render(): void {
    super.render();
    installStyleSheet();
    this.el.classList.add("fp-view");
    this.el.addEventListener("keydown", keepFieldKeys);
    this.letFocusGo = keepFocus(this.el);
    void this.displayed.then(() => keepShown(this.luminoWidget, this.model.model_id));
    this.root = createRoot(this.el);
    this.root.render(
      <StrictMode>
        <ErrorBoundary>{this.content(this.model)}</ErrorBoundary>
      </StrictMode>,
    );
  }

  override remove(): unknown {
    this.letFocusGo?.();
    this.root?.unmount();
    if (this.hears) this.model.off("msg:custom", this.hears);
    return super.remove();
  }
}
