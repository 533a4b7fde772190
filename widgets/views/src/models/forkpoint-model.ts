import {
  DOMWidgetModel,
  type IBackboneModelOptions,
  type WidgetModel,
} from "@jupyter-widgets/base";
import { VIEWS_MODULE, WIRE_VERSION, type Binary } from "@forkpoint/wire";
import { createChanges, type Changes } from "./changes.js";
import { GONE, LIVE, watchKernel, withoutKernel, type Liveness } from "./liveness.js";
import { createRequests, RequestFailed, type Answer, type Requests } from "./requests.js";

/** A widget's state by key. */
export type Attributes = Record<string, unknown>;

/**
 * What every model of this package shares: it knows whether a kernel stands behind it, keeps its last state
 * when the kernel goes, and asks the kernel by request and reply.
 *
 * Fields are declared, never initialised: Backbone calls `initialize` before a subclass's fields exist.
 */
export class ForkpointModel extends DOMWidgetModel {
  /** emits when `liveness` changes */
  declare readonly liveChanges: Changes;
  declare private readonly requests: Requests;
  declare private readonly hadComm: boolean;
  declare private fromKernel: Liveness;

  /** Attributes of this package's models before the kernel has said anything. */
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_module: VIEWS_MODULE,
      _model_module_version: WIRE_VERSION,
      _view_module: VIEWS_MODULE,
      _view_module_version: WIRE_VERSION,
      text: "",
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    const own = this as unknown as Attributes;
    own["liveChanges"] = createChanges();
    own["requests"] = createRequests();
    own["hadComm"] = options.comm !== undefined;
    this.fromKernel = LIVE;
    super.initialize(attributes, options);
    this.on("msg:custom", (content: unknown, buffers: readonly Binary[]) => {
      const message = content as { kind?: unknown; id?: unknown } | null;
      if (message?.kind === "reply") this.requests.settle(message, buffers);
    });
    this.on("comm_live_update", () => this.liveChanged());
    const stop = watchKernel(options.widget_manager, (liveness) => {
      // A kernel that is gone took the comm along: the line coming back does not bring it back.
      if (this.fromKernel === GONE) return;
      this.fromKernel = liveness;
      this.liveChanged();
    });
    this.on("destroy", stop);
  }

  /** Whether a kernel stands behind this model. */
  get liveness(): Liveness {
    if (!this.hadComm) return withoutKernel(this.widget_manager);
    return this.comm_live ? this.fromKernel : GONE;
  }

  /** The kernel closed its half. The views stay, with their last state, marked Offline. */
  override _handle_comm_closed(): void {
    this.trigger("comm:close");
    this.comm_live = false;
  }

  /**
   * Sends an action to the kernel and waits for its reply.
   *
   * @throws RequestFailed with the kernel's error code, or `Offline`
   * @example await timeline.ask({ action: "pause" });
   */
  async ask(action: { action: string } & Attributes): Promise<Answer> {
    const { liveness } = this;
    if (!liveness.live) throw new RequestFailed("Offline", liveness.reason);
    const { id, reply } = this.requests.open();
    this.send({ ...action, id } as Parameters<WidgetModel["send"]>[0]);
    return reply;
  }

  private liveChanged(): void {
    const { liveness } = this;
    if (!liveness.live) this.requests.fail("Offline", liveness.reason);
    this.liveChanges.emit();
  }
}
