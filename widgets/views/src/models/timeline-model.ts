import type { IBackboneModelOptions, ISerializers } from "@jupyter-widgets/base";
import { DOMWidgetModel } from "@jupyter-widgets/base";
import {
  MODEL_NAMES,
  parseTimelineAppend,
  parseTimelineState,
  type Binary,
  type TimelineAction,
  type TimelineAppend,
} from "@forkpoint/wire";
import type { Axis } from "../timeline/axis.js";
import { appendRows, createColumns, type Columns } from "../timeline/columns.js";
import { mergeAppend, type TimelineFacts } from "../timeline/merge.js";
import { decodeRows } from "../timeline/rows.js";
import { lastAtOrBefore, valueAt, type ValueAt } from "../timeline/search.js";
import { createChanges, type Changes } from "./changes.js";
import type { Attributes, ForkpointModel } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";
import { news } from "./news.js";

/** Keys that live in this page only: never sent, never saved. */
const PAGE_ONLY = ["display_step"] as const;

/** Rows of a range, fetched for a closer look. */
export interface Detail extends Axis {
  columns: Columns;
}

/**
 * One session's timeline, and the step all its views show. The page owns nothing of its state that the kernel
 * would want back, so nothing is ever synced to it.
 */
export class TimelineModel extends KernelStateModel {
  /** emits when the step to show changes */
  declare readonly cursorChanges: Changes;
  /** the checked state; `metrics` are in `columns` */
  declare state: TimelineFacts;
  declare columns: Columns;
  /** all rows of a range of which `columns` hold a selection; null until one was asked for */
  declare detail: Detail | null;
  declare private held: Axis | null;
  declare private all: Axis;
  declare private previewed: number | null;
  declare private merging: boolean;

  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    // The default serializer copies by JSON, which bytes do not survive.
    metrics: { serialize: (chunks: Binary[]) => [...chunks] },
  };

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.timeline,
      session: { id: "", name: "", parent_id: null, parent_name: null, root_id: "", fork_step: 0 },
      summary: "",
      run: null,
      step: 0,
      backend: "",
      metrics: [],
      samples: [],
      marks: [],
      stretches: [],
      reduced_until: null,
      proposal: { name: "", to: 0, learning_rate: null, weight_decay: null },
      reaching: null,
      sequence: 0,
      display_step: null,
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    const own = this as unknown as Attributes;
    own["cursorChanges"] = createChanges();
    this.held = null;
    this.all = { from: 0, to: 0 };
    this.previewed = null;
    this.merging = false;
    this.columns = createColumns();
    this.detail = null;
    super.initialize(attributes, options);
    this.state = parseTimelineState({ ...this.defaults(), metrics: [] });
    this.readState(true);
    this.on("change", () => this.attributesChanged());
    this.on("msg:custom", (content: unknown, buffers: readonly Binary[]) =>
      this.received(content, buffers),
    );
  }

  /** The step that was chosen; null is Live. */
  get displayStep(): number | null {
    return this.get("display_step") as number | null;
  }

  /** The step to show now: the chosen one, else the previewed one; null is the newest. */
  get shownStep(): number | null {
    return this.displayStep ?? this.previewed;
  }

  /** Chooses the step that every view of this session shows; null is Live. Sends nothing. */
  show(step: number | null): void {
    this.previewed = null;
    this.set("display_step", step);
    news.moved();
    this.cursorChanges.emit();
  }

  /** While Live, shows a step without leaving Live; null ends it. Sends nothing. */
  preview(step: number | null): void {
    const next = this.displayStep === null ? step : null;
    if (next === this.previewed) return;
    this.previewed = next;
    this.cursorChanges.emit();
  }

  /** The steps to show: all there are, or those there were when a drag began. The same object while they stay. */
  get axis(): Axis {
    if (this.held) return this.held;
    const { columns, all } = this;
    const from = columns.step[0] ?? 0;
    const to = columns.length === 0 ? from : columns.step[columns.length - 1]!;
    if (from !== all.from || to !== all.to) this.all = { from, to };
    return this.all;
  }

  /** Keeps the axis still during a drag, so that the pointer stays on the step it took. */
  holdAxis(hold: boolean): void {
    const before = this.axis;
    this.held = hold ? before : null;
    if (hold) return news.hold(this);
    if (this.axis !== before) news.tell(this.dataChanges);
    news.release(this);
  }

  /** Acts on the session's run. Throws RequestFailed. */
  async control(action: "pause" | "continue" | "stop"): Promise<void> {
    await this.ask({ action });
  }

  /**
   * Opens a new session that goes on from a step, with the same settings or with others, and trains it.
   *
   * @returns what the kernel says of it
   * @throws RequestFailed
   * @example await timeline.branch({ action: "resume", step: 300 });
   */
  async branch(action: Extract<TimelineAction, { action: "resume" | "fork" }>): Promise<string> {
    const { message = "" } = await this.ask({ ...action });
    this.show(null);
    return message;
  }

  /** Ends the replay that a branch waits for. Throws RequestFailed. */
  async cancelBranch(): Promise<void> {
    await this.ask({ action: "cancel" });
  }

  /**
   * Fetches all rows of a range of which the page holds a selection, where a kernel is there to ask; nothing
   * where the page has them, or all that the kernel sends of it. Throws RequestFailed, WireInvalid.
   */
  async fetchDetail(from: number, to: number): Promise<void> {
    if (this.resolutionOf(from, to) !== "selection" || !this.liveness.live) return;
    const { buffers, reduced } = await this.ask({ action: "range", from, to });
    const detail: Detail = { from, to, columns: createColumns() };
    for (const buffer of buffers) appendRows(detail.columns, decodeRows(buffer));
    if (reduced) detail.columns.selectedUntil = to;
    this.detail = detail;
    this.dataChanges.emit();
    this.cursorChanges.emit();
  }

  /** The rows to draw or read between two steps: those fetched, where they hold more. */
  rowsFor(from: number, to: number): Columns {
    const { detail } = this;
    return detail && detail.from <= from && detail.to >= to ? detail.columns : this.columns;
  }

  /**
   * What the page has of a range: every step, a selection of which the kernel has more, or, of a very wide
   * range, the selection that is all the kernel sends.
   */
  resolutionOf(from: number, to: number): "every step" | "selection" | "most" {
    const rows = this.rowsFor(from, to);
    if (rows.selectedUntil < from) return "every step";
    const asked = rows !== this.columns && this.detail?.from === from && this.detail.to === to;
    return asked ? "most" : "selection";
  }

  /** The newest value of a column at or before a step, from the closest rows the page has. */
  valueAt(name: string, step: number): ValueAt | null {
    return valueAt(this.rowsFor(step, step), name, step) ?? valueAt(this.columns, name, step);
  }

  /** Saved widget state and echoes to the kernel never hold what is the page's alone. */
  override get_state(dropDefaults?: boolean): ReturnType<ForkpointModel["get_state"]> {
    const state = super.get_state(dropDefaults);
    for (const key of PAGE_ONLY) delete state[key];
    return state;
  }

  override set_state(state: Attributes): void {
    const rest = { ...state };
    for (const key of PAGE_ONLY) delete rest[key];
    super.set_state(rest);
  }

  private attributesChanged(): void {
    if (this.merging) return;
    const keys = Object.keys(this.changedAttributes() || {});
    if (keys.every((key) => (PAGE_ONLY as readonly string[]).includes(key))) return;
    this.readState(keys.includes("metrics"));
    this.dataChanges.emit();
    this.cursorChanges.emit();
  }

  private readState(metrics: boolean): void {
    this.guard(() => {
      const { metrics: chunks, ...state } = parseTimelineState(this.attributes);
      this.state = state;
      // The same lists in both: a message that changes none is not compared with 20,000 samples one by one.
      Object.assign(this.attributes, { samples: state.samples, marks: state.marks });
      if (!metrics) return;
      this.columns = createColumns();
      this.detail = null;
      for (const chunk of chunks) appendRows(this.columns, decodeRows(chunk));
      this.columns.selectedUntil = state.reduced_until ?? -1;
      const newest = this.columns.step[this.columns.length - 1] ?? -1;
      if (this.displayStep !== null && this.displayStep > newest) this.set("display_step", null);
    });
  }

  private received(content: unknown, buffers: readonly Binary[]): void {
    if ((content as { kind?: unknown } | null)?.kind !== "append") return;
    // Updates are applied asynchronously; an append must not overtake one that was sent before it.
    this.state_change = Promise.resolve(this.state_change).then(() => {
      const { run, reaching } = this.state;
      this.guard(() => this.merge(parseTimelineAppend(content), buffers));
      news.tell(this.dataChanges);
      // Somebody waits for a replay that they asked for.
      const awaited = reaching !== null || this.state.reaching !== null;
      if (awaited || this.state.run?.status !== run?.status) news.tellNow();
    });
  }

  private merge(append: TimelineAppend, chunks: readonly Binary[]): void {
    const merged = mergeAppend(this.state, append);
    if (!merged) return;
    if (merged.missed) this.askForState();
    for (const chunk of chunks) appendRows(this.columns, decodeRows(chunk));
    (this.attributes["metrics"] as Binary[]).push(...chunks);
    this.state = merged.state;
    const { sequence, step, run, samples, marks, reaching } = merged.state;
    this.merging = true;
    try {
      this.set({ sequence, step, run, samples, marks, reaching });
    } finally {
      this.merging = false;
    }
  }

  /** An append was missed, as between a page's reload and its first message: asks for the whole state. */
  private askForState(): void {
    this.comm?.send({ method: "request_state" }, this.callbacks());
  }

  /** Row of the step to show now; -1 without rows. */
  get shownRow(): number {
    const { shownStep, columns } = this;
    return shownStep === null ? columns.length - 1 : lastAtOrBefore(columns, shownStep);
  }
}
