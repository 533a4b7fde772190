import { Notification } from "@jupyterlab/apputils";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Kernel } from "@jupyterlab/services";
import { parseReportMessage, REPORT_TARGET } from "@forkpoint/wire";

/** How long a sentence stays, in milliseconds. */
const STAYS = 12_000;

interface Made {
  name: string;
  notes: string[];
  html: Blob;
}

/**
 * Saves the notebook, asks its kernel for the report and hands it to the browser as a download. What happens
 * is said in a notification; so is what keeps it from happening.
 *
 * @example await downloadReport(panel.context);
 */
export async function downloadReport(context: DocumentRegistry.Context): Promise<void> {
  const failed = ({ message }: Error): string => `No report: ${message}`;
  let kernel: Kernel.IKernelConnection;
  try {
    kernel = liveKernel(context);
  } catch (error) {
    Notification.error(failed(error as Error), { autoClose: STAYS });
    return;
  }
  const id = Notification.emit("Report: saving the notebook…", "in-progress", { autoClose: false });
  const say = (message: string): void => {
    Notification.update({ id, message: `Report: ${message}…`, type: "in-progress" });
  };
  try {
    await context.save();
    const { name, notes, html } = await ask(kernel, context.path.split("/").at(-1)!, say);
    download(name, html);
    const size = `${(html.size / 1e6).toFixed(1)} MB`;
    const message = [
      `${name} (${size}) is downloaded: it lies where your browser keeps downloads.`,
      ...notes,
    ].join(" ");
    Notification.update({ id, message, type: "success", autoClose: STAYS });
  } catch (error) {
    const message = failed(error as Error);
    Notification.update({ id, message, type: "error", autoClose: STAYS });
  }
}

function liveKernel({ sessionContext }: DocumentRegistry.Context): Kernel.IKernelConnection {
  const kernel = sessionContext.session?.kernel;
  if (!kernel || kernel.status === "dead" || kernel.connectionStatus !== "connected") {
    throw new Error(
      "it is made by the notebook's kernel, and none is running. Start it in the Kernel menu, or run “forkpoint report” in a terminal.",
    );
  }
  return kernel;
}

function ask(
  kernel: Kernel.IKernelConnection,
  name: string,
  say: (sentence: string) => void,
): Promise<Made> {
  let stopWatching = (): void => {};
  const made = new Promise<Made>((resolve, reject) => {
    const comm = kernel.createComm(REPORT_TARGET);
    comm.onMsg = ({ content, buffers }) => {
      try {
        const message = parseReportMessage(content.data);
        if (message.kind === "progress") say(message.sentence);
        else if (message.kind === "failed") reject(new Error(message.error.message));
        else resolve({ ...message, html: new Blob(buffers as BlobPart[], { type: "text/html" }) });
      } catch (error) {
        reject(error as Error);
      }
    };
    // A kernel that knows no reports closes at once; after the answer this changes nothing.
    comm.onClose = () =>
      reject(
        new Error("the notebook's kernel makes none. Choose the kernel TypeScript (Forkpoint)."),
      );
    const watch = (_: unknown, status?: Kernel.Status | void): void => {
      if (status && !["dead", "restarting", "autorestarting"].includes(status)) return;
      reject(new Error("the kernel has ended meanwhile. Try again."));
    };
    kernel.statusChanged.connect(watch);
    kernel.disposed.connect(watch);
    stopWatching = (): void => {
      kernel.statusChanged.disconnect(watch);
      kernel.disposed.disconnect(watch);
    };
    comm.open({ name });
  });
  return made.finally(() => stopWatching());
}

function download(name: string, html: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(html);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
