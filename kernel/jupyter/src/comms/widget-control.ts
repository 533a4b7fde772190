import type { BufferPath } from "./buffer-paths.js";
import type { Comms } from "./comms.js";
import type { Widget } from "./widget.js";

/** The comm target over which a reloaded page asks for all widgets. */
export const WIDGET_CONTROL_TARGET = "jupyter.widget.control";

/**
 * Answers a reloaded page's request for the states of all widgets.
 *
 * @example registerWidgetControl(comms, widgets);
 */
export function registerWidgetControl(comms: Comms, widgets: ReadonlyMap<string, Widget>): void {
  comms.register(WIDGET_CONTROL_TARGET, (comm) => {
    comm.onMessage(({ data }) => {
      if (data.method !== "request_states") return;
      const states: Record<string, object> = {};
      const bufferPaths: BufferPath[] = [];
      const all: Uint8Array[] = [];
      for (const [id, widget] of widgets) {
        const split = widget.split();
        // The written protocol shows another shape; this is what the page's manager reads.
        states[id] = {
          model_name: split.state["_model_name"],
          model_module: split.state["_model_module"],
          model_module_version: split.state["_model_module_version"],
          state: split.state,
        };
        for (const path of split.bufferPaths) bufferPaths.push([id, "state", ...path]);
        for (const buffer of split.buffers) all.push(buffer);
      }
      comm.send({ method: "update_states", states, buffer_paths: bufferPaths }, { buffers: all });
    });
  });
}
