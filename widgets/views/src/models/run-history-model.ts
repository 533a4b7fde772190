import {
  DOMWidgetModel,
  unpack_models,
  type IBackboneModelOptions,
  type ISerializers,
} from "@jupyter-widgets/base";
import { MODEL_NAMES, parseHistoryState, VIEW_NAMES, type WireRunRow } from "@forkpoint/wire";
import type { Attributes } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";

/** The runs of one timeline's session. */
export class RunHistoryModel extends KernelStateModel {
  /** newest first */
  declare runs: WireRunRow[];

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    timeline: { deserialize: unpack_models },
  };

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.runHistory,
      _view_name: VIEW_NAMES.runHistory,
      timeline: null,
      runs: [],
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    this.problem = null;
    this.runs = [];
    super.initialize(attributes, options);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
  }

  private readState(): void {
    this.guard(() => (this.runs = parseHistoryState(this.attributes).runs));
  }
}
