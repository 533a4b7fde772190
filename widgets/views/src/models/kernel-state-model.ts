import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import { WireInvalid } from "@forkpoint/wire";
import { createChanges, type Changes } from "./changes.js";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

/**
 * A model whose state is the kernel's: the page reads it, checked, and asks for changes by request. Nothing
 * of it is ever synced back.
 */
export class KernelStateModel extends ForkpointModel {
  /** emits when what was read of the state, or `problem`, changes */
  declare readonly dataChanges: Changes;
  /** why the newest state or message could not be read */
  declare problem: WireInvalid | null;

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    (this as unknown as Attributes)["dataChanges"] = createChanges();
    this.problem = null;
    super.initialize(attributes, options);
  }

  override sync(): void {}

  override save_changes(): void {}

  /** Reads something of the wire; what cannot be read is the `problem`, and the state stays as it was. */
  protected guard(read: () => void): void {
    try {
      read();
      this.problem = null;
    } catch (error) {
      if (!(error instanceof WireInvalid)) throw error;
      this.problem = error;
    }
  }
}
