import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import {
  MODEL_NAMES,
  parseLibraryState,
  type LibraryAction,
  type LibraryState,
  type ReplyDone,
} from "@forkpoint/wire";
import type { Attributes } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";

/** The model library of one store. */
export class LibraryModel extends KernelStateModel {
  /** the checked state */
  declare state: LibraryState;

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
    super.initialize(attributes, options);
    this.state = parseLibraryState(this.defaults());
    this.readState();
    this.on("change", () => {
      this.readState();
      this.dataChanges.emit();
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

  private readState(): void {
    this.guard(() => (this.state = parseLibraryState(this.attributes)));
  }
}
