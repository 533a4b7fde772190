import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import type { DocumentRegistry, IDocumentWidget } from "@jupyterlab/docregistry";
import { reportButton } from "./button.js";
import { downloadReport } from "./download.js";

const COMMAND = "forkpoint:download-report";

/** "Download report": in the toolbar of notebooks with our kernel, and as a command. */
export const reportPlugin: JupyterFrontEndPlugin<void> = {
  id: "@forkpoint/labextension:report",
  description: "Downloads a notebook as one HTML file whose views work without a kernel.",
  autoStart: true,
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null) => {
    app.docRegistry.addWidgetExtension("Notebook", { createNew: reportButton });
    const shown = (): DocumentRegistry.Context | null => {
      const { context } = (app.shell.currentWidget ?? {}) as Partial<IDocumentWidget>;
      return context?.path.endsWith(".ipynb") === true ? context : null;
    };
    app.commands.addCommand(COMMAND, {
      label: "Download Report",
      caption: "This notebook as one HTML file whose views work without a kernel",
      isEnabled: () => shown() !== null,
      execute: async () => {
        const context = shown();
        if (context) await downloadReport(context);
      },
    });
    palette?.addItem({ command: COMMAND, category: "Forkpoint" });
  },
};
