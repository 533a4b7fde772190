import { ToolbarButton } from "@jupyterlab/apputils";
import type { DocumentRegistry, IDocumentWidget } from "@jupyterlab/docregistry";
import { downloadIcon } from "@jupyterlab/ui-components";
import { DisposableDelegate, type IDisposable } from "@lumino/disposable";
import { downloadReport } from "./download.js";

/** Name of our kernel's specification. */
const KERNEL = "forkpoint";

/**
 * The button of one notebook's toolbar. It is there while the notebook's kernel is ours, or is to be.
 *
 * @example app.docRegistry.addWidgetExtension("Notebook", { createNew: reportButton });
 */
export function reportButton(
  panel: IDocumentWidget,
  context: DocumentRegistry.Context,
): IDisposable {
  const button = new ToolbarButton({
    icon: downloadIcon,
    label: "Report",
    tooltip: "Download this notebook as one HTML file whose views work without a kernel",
    className: "fp-report-button",
    onClick: () => void downloadReport(context),
  });
  const { sessionContext } = context;
  const choose = (): void => {
    const name = sessionContext.session?.kernel?.name ?? sessionContext.kernelPreference.name;
    button.setHidden(name !== KERNEL);
  };
  const { toolbar } = panel;
  if (!toolbar.insertBefore("spacer", "forkpointReport", button)) {
    toolbar.addItem("forkpointReport", button);
  }
  sessionContext.kernelChanged.connect(choose);
  void context.ready.then(choose);
  choose();
  return new DisposableDelegate(() => {
    sessionContext.kernelChanged.disconnect(choose);
    button.dispose();
  });
}
