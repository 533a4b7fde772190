import { currentKernel } from "@forkpoint/jupyter";
import type { Widget } from "@forkpoint/jupyter";
import { inspect } from "node:util";

export type MimeBundle = Record<string, unknown>;

/** What a view shows in its three forms. */
export interface ViewForms {
  widget: Widget;
  text: () => string;
  picture?: () => string;
  /** Calls back when text and picture should be drawn again. */
  onChange?: (listener: () => void) => void;
}

/** The value of a cell that shows a view: live in a page, as text and picture anywhere else. */
export interface View {
  [displaySymbol](): Promise<MimeBundle>;
  [inspect.custom](): string;
}

const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;
let nextDisplay = 1;

/**
 * A view that is made when it is shown. Under a kernel it publishes itself with a display id, so
 * that its text and picture can be renewed in the notebook when a run pauses or ends.
 */
export function createView(name: string, make: () => Promise<ViewForms>): View {
  return {
    async [displaySymbol]() {
      const forms = await make();
      const kernel = currentKernel();
      const bundle = (): MimeBundle => ({
        ...(forms.widget[displaySymbol as never] as () => MimeBundle).call(forms.widget),
        "text/plain": forms.text(),
        ...(forms.picture ? { "image/svg+xml": forms.picture() } : {}),
      });
      if (!kernel) return bundle();
      const displayId = `forkpoint-${process.pid}-${nextDisplay++}`;
      kernel.display(bundle(), { displayId });
      const parent = kernel.parent();
      forms.onChange?.(() => {
        kernel.display(bundle(), { displayId, update: true, ...(parent ? { parent } : {}) });
      });
      return {};
    },
    [inspect.custom]: () => `${name} (shown as the last value of a notebook cell)`,
  };
}
