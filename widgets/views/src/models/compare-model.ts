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
import { createChanges, type Changes } from "./changes.js";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

/** Two sessions side by side: their timelines, and how far their weights are apart. */
export class CompareModel extends ForkpointModel {
  /** emits when `state` or `problem` change */
  declare readonly dataChanges: Changes;
  /** the checked state */
  declare state: CompareState;
  /** why the newest state could not be read */
  declare problem: WireInvalid | null;
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
    (this as unknown as Attributes)["dataChanges"] = createChanges();
    this.problem = null;
    super.initialize(attributes, options);
    this.state = parseCompareState(this.defaults());
    this.heat = new Float32Array(0);
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
    });
    this.on("msg:custom", (content: unknown) => {
      const message = content as { kind?: unknown; id?: unknown } | null;
      if (message?.kind === "reply") this.requests.settle(message);
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

  /** Nothing of a comparison's state is the page's to change; it asks by request. */
  override sync(): void {}

  override save_changes(): void {}

  private readState(): void {
    try {
      const state = parseCompareState(this.attributes);
      const bytes = bytesOf(state.heat);
      const heat = new Float32Array(bytes.slice(0, bytes.length - (bytes.length % 4)).buffer);
      for (const { name, rows, columns, offset } of state.weights.tensors)
        if (offset + rows * columns > heat.length)
          throw new WireInvalid(`heat of ${name}`, `${rows} x ${columns} numbers`);
      this.state = state;
      this.heat = heat;
      this.problem = null;
    } catch (error) {
      if (!(error instanceof WireInvalid)) throw error;
      this.problem = error;
    }
  }
}
