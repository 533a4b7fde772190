import {
  DOMWidgetModel,
  unpack_models,
  type IBackboneModelOptions,
  type ISerializers,
} from "@jupyter-widgets/base";
import {
  MODEL_NAMES,
  parseHistoryState,
  VIEW_NAMES,
  WireInvalid,
  type WireRunRow,
} from "@forkpoint/wire";
import { createChanges, type Changes } from "./changes.js";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

/** The runs of one timeline's session. */
export class RunHistoryModel extends ForkpointModel {
  /** emits when `runs` or `problem` change */
  declare readonly dataChanges: Changes;
  /** newest first */
  declare runs: WireRunRow[];
  /** why the newest state could not be read */
  declare problem: WireInvalid | null;

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
    (this as unknown as Attributes)["dataChanges"] = createChanges();
    this.problem = null;
    this.runs = [];
    super.initialize(attributes, options);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
  }

  /** Nothing of a history is the page's to change. */
  override sync(): void {}

  override save_changes(): void {}

  private readState(): void {
    try {
      this.runs = parseHistoryState(this.attributes).runs;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof WireInvalid)) throw error;
      this.problem = error;
    }
  }
}
