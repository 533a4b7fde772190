import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import { MODEL_NAMES, parseActivityState, WireInvalid, type ActivityState } from "@forkpoint/wire";
import { createChanges, type Changes } from "./changes.js";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

/** What trains in a kernel, whatever store and session it belongs to. */
export class ActivityModel extends ForkpointModel {
  /** emits when `state` changes */
  declare readonly dataChanges: Changes;
  /** the checked state; the last one that could be read */
  declare state: ActivityState;

  override defaults(): Attributes {
    return { ...super.defaults(), _model_name: MODEL_NAMES.activity, training: [] };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    (this as unknown as Attributes)["dataChanges"] = createChanges();
    this.state = { training: [] };
    super.initialize(attributes, options);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
  }

  /** Nothing of it is the page's to change. */
  override sync(): void {}

  override save_changes(): void {}

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
