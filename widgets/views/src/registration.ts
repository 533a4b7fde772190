import type { ExportMap } from "@jupyter-widgets/base";
import { VIEWS_MODULE, WIRE_VERSION } from "@forkpoint/wire";

/**
 * What a widget manager is told about the views. They are loaded when the first of them is shown, so that a
 * JupyterLab without one starts no slower.
 *
 * @example registry.registerWidget(registration);
 */
export const registration = {
  name: VIEWS_MODULE,
  version: WIRE_VERSION,
  exports: async (): Promise<ExportMap> => ({ ...(await import("./index.js")) }),
};
