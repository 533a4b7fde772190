import { basename, join } from "node:path";
import type { Comm, Kernel, Widget } from "@forkpoint/jupyter";
import { parseReportRequest } from "@forkpoint/wire";
import type { ReportMessage } from "@forkpoint/wire";
import { readNotebook, STATE_TYPE } from "./notebook.js";
import { makeReport } from "./report.js";
import type { SavedModel, SavedWidgets } from "./saved-widgets.js";

/** The most that the views' data may take in a report that the page asked for. */
const BUDGET = 5_000_000;

/**
 * Makes the report that a page has asked for: of the notebook as it was saved just now, with the views as this
 * kernel knows them, since JupyterLab saves their state only where it is told to. Whatever goes wrong is
 * answered with a code and a sentence.
 *
 * @example answerReport(kernel, comm, request, process.cwd());
 */
export async function answerReport(
  kernel: Kernel,
  comm: Comm,
  request: unknown,
  folder: string,
): Promise<void> {
  const send = (message: ReportMessage, buffers: Uint8Array[] = []): void => {
    if (!comm.closed) comm.send(message, { buffers });
  };
  try {
    const { name } = parseReportRequest(request);
    const notebook = readNotebook(join(folder, name));
    const saved = notebook.metadata.widgets?.[STATE_TYPE];
    const widgets = stateOf(kernel.widgets, saved);
    const { html, notes } = await makeReport(
      { ...notebook, metadata: { ...notebook.metadata, widgets: { [STATE_TYPE]: widgets } } },
      {
        ...{ name, folder, budget: BUDGET },
        onProgress: (sentence) => send({ kind: "progress", sentence }),
      },
    );
    send({ kind: "done", name: `${basename(name, ".ipynb")}.html`, notes }, [Buffer.from(html)]);
  } catch (error) {
    const { code = "ReportFailed", message } = error as Error & { code?: string };
    send({ kind: "failed", error: { code, message } });
  }
  comm.close();
}

/** What the kernel's widgets are now, over what an earlier kernel's were when the notebook was saved. */
function stateOf(
  widgets: ReadonlyMap<string, Widget>,
  saved: SavedWidgets | undefined,
): SavedWidgets {
  const state: Record<string, SavedModel> = { ...saved?.state };
  for (const [id, widget] of widgets) {
    const split = widget.split();
    state[id] = {
      model_name: String(split.state["_model_name"]),
      model_module: String(split.state["_model_module"]),
      model_module_version: String(split.state["_model_module_version"]),
      state: split.state,
      buffers: split.bufferPaths.map((path, index) => ({
        ...{ path, encoding: "base64" },
        data: Buffer.from(split.buffers[index]!).toString("base64"),
      })),
    };
  }
  return { version_major: 2, version_minor: 0, state };
}
