import {
  DOMWidgetModel,
  type IBackboneModelOptions,
  type ISerializers,
} from "@jupyter-widgets/base";
import {
  bytesOf,
  MODEL_NAMES,
  parseSnapshotsAppend,
  parseSnapshotsState,
  type Binary,
  type Shown,
  type SnapshotsState,
} from "@forkpoint/wire";
import { hold, holdNothing, packed, shownOf, type Held } from "../snapshots/held.js";
import { lastItemAtOrBefore } from "../timeline/search.js";
import type { Attributes, ForkpointModel } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";
import { news } from "./news.js";

/** A snapshot of a kind, and the step it is of. */
export type ShownAt<Kind extends Shown["kind"]> = Shown & { kind: Kind; step: number };

/**
 * What one session's steps show beside numbers: probabilities, attention, embeddings. Scrubbing reads
 * from here; nothing is ever asked of the kernel for it.
 */
export class SnapshotsModel extends KernelStateModel {
  /** the checked state; the snapshots themselves are in `held` */
  declare state: Omit<SnapshotsState, "entries" | "packs">;
  declare held: Held;
  declare private merging: boolean;

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    // The default serializer copies by JSON, which bytes do not survive.
    packs: { serialize: (packs: Binary[]) => [...packs] },
  };

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.snapshots,
      ...{ session_id: "", prompt: "", writes: false, reason: null, status: "loading" },
      ...{ entries: [], packs: [], trial: null, sequence: 0 },
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    this.problem = null;
    this.merging = false;
    this.held = holdNothing();
    super.initialize(attributes, options);
    this.state = parseSnapshotsState(this.defaults());
    this.readState(true);
    this.on("change", () => {
      if (this.merging) return;
      const changed = Object.keys(this.changedAttributes() || {});
      this.readState(changed.includes("entries") || changed.includes("packs"));
      this.dataChanges.emit();
    });
    this.on("msg:custom", (content: unknown, buffers: readonly Binary[]) =>
      this.received(content, buffers),
    );
  }

  /** The snapshot at a place among those of its kind; null where none is. */
  shown<Kind extends Shown["kind"]>(kind: Kind, place: number): ShownAt<Kind> | null {
    const item = this.held[kind][place];
    return item ? (shownOf(item) as ShownAt<Kind>) : null;
  }

  /** What the probabilities shown for a step came after. */
  promptAt(step: number): string {
    const items = this.held.probabilities;
    return items[lastItemAtOrBefore(items, step)]?.entry.prompt ?? this.state.prompt;
  }

  /** Sets what samples of later steps begin with. Throws RequestFailed. */
  async setPrompt(prompt: string): Promise<void> {
    await this.ask({ action: "prompt", prompt });
  }

  /** What is saved with a notebook is what is held, appends included. */
  override get_state(dropDefaults?: boolean): ReturnType<ForkpointModel["get_state"]> {
    return { ...super.get_state(dropDefaults), ...packed(this.held) } as never;
  }

  private readState(snapshots: boolean): void {
    this.guard(() => {
      const { entries, packs, ...state } = parseSnapshotsState(this.attributes);
      this.state = state;
      if (!snapshots) return;
      const held = holdNothing();
      hold(held, entries, packs.map(bytesOf));
      this.held = held;
      // They are held as they are now; a second copy of all bytes serves nobody.
      this.attributes["entries"] = [];
      this.attributes["packs"] = [];
    });
  }

  private received(content: unknown, buffers: readonly Binary[]): void {
    if ((content as { kind?: unknown } | null)?.kind !== "append") return;
    // Updates are applied asynchronously; an append must not overtake one that was sent before it.
    this.state_change = Promise.resolve(this.state_change).then(() => {
      this.guard(() => this.merge(content, buffers[0]));
      news.tell(this.dataChanges);
    });
  }

  private merge(content: unknown, pack: Binary | undefined): void {
    const { sequence, entries } = parseSnapshotsAppend(content);
    if (sequence <= this.state.sequence) return;
    if (sequence > this.state.sequence + 1)
      this.comm?.send({ method: "request_state" }, this.callbacks());
    hold(this.held, entries, pack ? [bytesOf(pack)] : []);
    this.state = { ...this.state, sequence };
    this.merging = true;
    try {
      this.set({ sequence });
    } finally {
      this.merging = false;
    }
  }
}
