import type { KernelPackage } from "./evaluate/module-loader.js";
import type { Header } from "./wire/header.js";

/** How a kernel is set up. */
export interface KernelOptions {
  /** The path that Jupyter gives in place of `{connection_file}`. */
  connectionFile: string;
  implementation: { name: string; version: string };
  /** Shown by consoles when they start. */
  banner: string;
  /** Module names that cells always get from the kernel, with their types, beside its own two. */
  packages: Record<string, KernelPackage>;
  /** What becomes of a cell with type errors: it runs, with them beside, or is refused. */
  typeErrors?: "beside" | "refuse";
  /**
   * Where the lines that were run are kept, for the next session too. If left out, a file in the
   * user's Jupyter data folder named after the implementation; null keeps them until the kernel ends.
   */
  historyFile?: string | null;
  /** Told of every interrupt. */
  onInterrupt?(): void;
  /** Awaited, at most 4 s, before the process ends. */
  onShutdown?(options: { restart: boolean }): Promise<void>;
}

/** Where and how a bundle is shown. */
export interface DisplayOptions {
  /** Names the output, so that it can be replaced later. */
  displayId?: string;
  /** Replace the output of that name instead of adding one. */
  update?: boolean;
  metadata?: Record<string, unknown>;
  /** Of the cell to show it in; the one that runs now if left out. */
  parent?: Header;
}
