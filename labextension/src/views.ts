import { IJupyterWidgetRegistry } from "@jupyter-widgets/base";
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { registration } from "@forkpoint/widgets/registration";

/** Tells JupyterLab's widget manager where the models and views of Forkpoint are. */
export const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: "@forkpoint/labextension:views",
  description: "The views of Forkpoint: dashboard, ScrubBar, loss curve, text, model library.",
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_app: JupyterFrontEnd, registry: IJupyterWidgetRegistry) => {
    registry.registerWidget(registration);
  },
};
