import {
  DOMWidgetModel,
  unpack_models,
  type IBackboneModelOptions,
  type ISerializers,
} from "@jupyter-widgets/base";
import {
  bytesOf,
  MODEL_NAMES,
  parseCompareState,
  VIEW_NAMES,
  WireInvalid,
  type Binary,
  type CompareAction,
  type CompareState,
  type ReplyDone,
} from "@forkpoint/wire";
import type { Attributes } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";

/** Two sessions side by side: their timelines, and how far their weights are apart. */
export class CompareModel extends KernelStateModel {
  /** the checked state */
  declare state: CompareState;
  /** the heatmaps of all tensors, one behind the other */
  declare heat: Float32Array;

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    one: { deserialize: unpack_models },
    other: { deserialize: unpack_models },
    // The default serializer copies by JSON, which bytes do not survive.
    heat: { serialize: (heat: Binary) => heat },
  };

  override defaults(): Attributes {
    const weights = {
      ...{ status: "none", progress: null, one_step: 0, other_step: 0, tensors: [], error: null },
    };
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.compare,
      _view_name: VIEW_NAMES.compare,
      ...{ one: null, other: null, shared_step: null, differences: [], weights },
      heat: new DataView(new ArrayBuffer(0)),
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    super.initialize(attributes, options);
    this.state = parseCompareState(this.defaults());
    this.heat = new Float32Array(0);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
  }

  /**
   * Asks to compare weights, to end that, or to merge.
   *
   * @throws RequestFailed with the kernel's error code, or `Offline`
   * @example await compare.act({ action: "weights", step: 300 });
   */
  act(action: CompareAction): Promise<ReplyDone> {
    return this.ask({ ...action });
  }

  private readState(): void {
    this.guard(() => {
      const state = parseCompareState(this.attributes);
      const bytes = bytesOf(state.heat);
      const heat = new Float32Array(bytes.slice(0, bytes.length - (bytes.length % 4)).buffer);
      for (const { name, rows, columns, offset } of state.weights.tensors)
        if (offset + rows * columns > heat.length)
          throw new WireInvalid(`heat of ${name}`, `${rows} x ${columns} numbers`);
      this.state = state;
      this.heat = heat;
    });
  }
}
