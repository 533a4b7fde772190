import { DOMWidgetView, type WidgetModel } from "@jupyter-widgets/base";
import { StrictMode, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { ErrorBoundary } from "./error-boundary.js";
import { installStyleSheet } from "./style-sheet.js";

// Keys for a field are its own: JupyterLab would take arrows for itself and leave a slider where it is.
function keepFieldKeys(event: KeyboardEvent): void {
  if ((event.target as Element).matches("input, select, textarea")) event.stopPropagation();
}

/** A widget view whose inside is a React tree. */
export abstract class ReactView extends DOMWidgetView {
  declare private root: Root | undefined;

  /** What to show for the view's model. */
  abstract content(model: WidgetModel): ReactNode;

  override render(): void {
    super.render();
    installStyleSheet();
    this.el.classList.add("fp-view");
    this.el.addEventListener("keydown", keepFieldKeys);
    this.root = createRoot(this.el);
    this.root.render(
      <StrictMode>
        <ErrorBoundary>{this.content(this.model)}</ErrorBoundary>
      </StrictMode>,
    );
  }

  override remove(): unknown {
    this.root?.unmount();
    return super.remove();
  }
}
