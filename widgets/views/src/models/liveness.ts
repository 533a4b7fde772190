/**
 * Whether a kernel stands behind a model; if not, why, in one sentence that says what to do, and the word
 * that marks the view (`Offline` where none is given).
 */
export type Liveness = { live: true } | { live: false; reason: string; word?: string };

/** A kernel that stands behind the model. */
export const LIVE: Liveness = { live: true };

/** No kernel was there when the page was opened. */
export const SAVED: Liveness = {
  live: false,
  reason: "This is the saved state. Run the cell to connect it to a kernel.",
};

/** A report: there was never to be a kernel. */
export const REPORT: Liveness = {
  live: false,
  reason: "No kernel: this is a report. Open the notebook to train, save or fork.",
  word: "Report",
};

/**
 * How a model stands that never had a kernel: in a report, whose widget manager says so, or as saved.
 *
 * @example withoutKernel(options.widget_manager) === SAVED
 */
export function withoutKernel(manager: unknown): Liveness {
  return (manager as { isReport?: boolean } | undefined)?.isReport === true ? REPORT : SAVED;
}

/** The kernel that made the model is gone. */
export const GONE: Liveness = {
  live: false,
  reason: "The kernel was restarted or stopped. Run the cell again to reconnect.",
};

/** The line to the kernel is down; it may come back by itself. */
export const UNREACHABLE: Liveness = {
  live: false,
  reason: "The connection to the kernel is lost. Trying to reconnect…",
};

const GONE_STATUSES = new Set(["restarting", "autorestarting", "terminating", "dead"]);

type Slot = (sender: unknown, value: unknown) => void;

interface Signal {
  connect(slot: Slot): boolean;
  disconnect(slot: Slot): boolean;
}

/** What of JupyterLab's kernel connection is looked at; html-manager has none of it. */
interface KernelConnection {
  statusChanged?: Signal;
  connectionStatusChanged?: Signal;
  disposed?: Signal;
}

/**
 * Watches the kernel of a widget manager, where it has one, until the returned function is called. The
 * manager itself only notices a restart that the user asked for; a kernel that died and was restarted by the
 * server would go on looking alive.
 *
 * @example const stop = watchKernel(this.widget_manager, (liveness) => this.setLiveness(liveness));
 */
export function watchKernel(manager: unknown, report: (liveness: Liveness) => void): () => void {
  const kernel = (manager as { kernel?: KernelConnection | null } | undefined)?.kernel;
  const watched: [Signal | undefined, Slot][] = [
    [kernel?.statusChanged, (_, status) => GONE_STATUSES.has(status as string) && report(GONE)],
    [kernel?.disposed, () => report(GONE)],
    [
      kernel?.connectionStatusChanged,
      (_, status) => report(status === "connected" ? LIVE : UNREACHABLE),
    ],
  ];
  for (const [signal, slot] of watched) signal?.connect(slot);
  return () => {
    for (const [signal, slot] of watched) signal?.disconnect(slot);
  };
}
