import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import * as views from "@forkpoint/widgets";
import { Widget } from "@lumino/widgets";
import { OutputModel, OutputView } from "./output.js";

type WidgetClass = typeof base.WidgetModel | typeof base.WidgetView;

/** Every package whose widgets a report can show, by the name in `_model_module`. */
const MODULES = new Map<string, object>([
  ["@jupyter-widgets/base", base],
  // Styles of controls name views of base in older states.
  ["@jupyter-widgets/controls", { ...base, ...controls }],
  ["@jupyter-widgets/output", { OutputModel, OutputView }],
  ["@forkpoint/widgets", views],
]);

/**
 * A widget manager without a kernel: models are made from saved state, every class is in this bundle, and
 * nothing is ever asked for.
 */
export class ReportManager extends ManagerBase {
  /** Models ask for this: there is no kernel and there will be none. */
  readonly isReport = true;

  /**
   * Shows a model's view inside an element.
   *
   * @throws Error where a class is not in this bundle or a view fails
   */
  async show(modelId: string, element: HTMLElement): Promise<base.DOMWidgetView> {
    const model = await this.get_model(modelId);
    const view = await this.create_view<base.DOMWidgetView>(model);
    Widget.attach(view.luminoWidget, element);
    return view;
  }

  protected override loadClass(name: string, module: string): Promise<WidgetClass> {
    const found = (MODULES.get(module) as Record<string, WidgetClass> | undefined)?.[name];
    if (found) return Promise.resolve(found);
    return Promise.reject(new Error(`A report has no ${name} of ${module}.`));
  }

  protected override _create_comm(): Promise<base.IClassicComm> {
    return Promise.reject(new Error("There is no kernel: this is a report."));
  }

  protected override _get_comm_info(): Promise<object> {
    return Promise.resolve({});
  }
}

/**
 * Whether a report can show widgets of this class.
 *
 * @example canShow("@jupyter-widgets/controls", "IntSliderModel") === true
 */
export function canShow(module: string, name: string): boolean {
  return name in (MODULES.get(module) ?? {});
}
