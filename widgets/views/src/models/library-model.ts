import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import {
  MODEL_NAMES,
  parseLibraryState,
  WireInvalid,
  type LibraryAction,
  type LibraryState,
  type ReplyDone,
} from "@forkpoint/wire";
import { createChanges, type Changes } from "./changes.js";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

/** The model library of one store. */
export class LibraryModel extends ForkpointModel {
  /** emits when `state` or `problem` change */
  declare readonly dataChanges: Changes;
  /** the checked state */
  declare state: LibraryState;
  /** why the newest state could not be read */
  declare problem: WireInvalid | null;

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.library,
      models: [],
      active: null,
      can_save: false,
      default_name: "",
      status: "loading",
      error: null,
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    (this as unknown as Attributes)["dataChanges"] = createChanges();
    this.problem = null;
    super.initialize(attributes, options);
    this.state = parseLibraryState(this.defaults());
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
   * Asks the library to save, rename, delete, restore, load or try again.
   *
   * @throws RequestFailed with the kernel's error code, or `Offline`
   * @example const { trash_id } = await library.act({ action: "delete", model_id });
   */
  act(action: LibraryAction): Promise<ReplyDone> {
    return this.ask({ ...action });
  }

  /** Nothing of the library's state is the page's to change; it asks by request. */
  override sync(): void {}

  override save_changes(): void {}

  private readState(): void {
    try {
      this.state = parseLibraryState(this.attributes);
      this.problem = null;
    } catch (error) {
      if (!(error instanceof WireInvalid)) throw error;
      this.problem = error;
    }
  }
}
