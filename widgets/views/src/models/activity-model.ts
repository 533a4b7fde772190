import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import { MODEL_NAMES, parseActivityState, WireInvalid, type ActivityState } from "@forkpoint/wire";
import type { Attributes } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";

/** What trains in a kernel, whatever store and session it belongs to. */
export class ActivityModel extends KernelStateModel {
  /** the checked state; the last one that could be read */
  declare state: ActivityState;

  override defaults(): Attributes {
    return { ...super.defaults(), _model_name: MODEL_NAMES.activity, training: [] };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    this.state = { training: [] };
    super.initialize(attributes, options);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
  }

  private readState(): void {
    try {
      this.state = parseActivityState(this.attributes);
    } catch (error) {
      // A count that cannot be read is no reason to hide a session.
      if (!(error instanceof WireInvalid)) throw error;
      console.warn(error.message);
    }
  }
}
