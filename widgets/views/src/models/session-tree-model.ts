import type { IBackboneModelOptions } from "@jupyter-widgets/base";
import {
  MODEL_NAMES,
  parseTreeNodes,
  parseTreeState,
  VIEW_NAMES,
  type ReplyDone,
  type TreeAction,
  type TreeState,
} from "@forkpoint/wire";
import type { Attributes } from "./forkpoint-model.js";
import { KernelStateModel } from "./kernel-state-model.js";
import { news } from "./news.js";

/** Every session of one store, and the one that the views around the tree show. */
export class SessionTreeModel extends KernelStateModel {
  /** the checked state */
  declare state: TreeState;
  declare private chosen: string | null;

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.sessionTree,
      _view_name: VIEW_NAMES.sessionTree,
      sessions: [],
      merges: [],
      selected: null,
    };
  }

  override initialize(attributes: Attributes, options: IBackboneModelOptions): void {
    this.chosen = null;
    super.initialize(attributes, options);
    this.state = { sessions: [], merges: [], selected: null };
    this.guard(() => (this.state = parseTreeState(this.attributes)));
    this.on("change", () => {
      this.guard(() => (this.state = parseTreeState(this.attributes)));
      if (this.hasChanged("selected")) this.chosen = null;
      this.dataChanges.emit();
    });
    this.on("msg:custom", (content: unknown) => this.received(content));
  }

  /** The session with the ring: the one the kernel shows, or one chosen here that it is asked for. */
  get selected(): string | null {
    return this.chosen ?? this.state.selected;
  }

  /**
   * Selects a session: the views around the tree follow. Without a kernel only the ring moves.
   *
   * @throws RequestFailed with the kernel's error code
   * @example await tree.select(session.id);
   */
  async select(id: string): Promise<void> {
    this.chosen = id;
    this.dataChanges.emit();
    if (!this.liveness.live) return;
    try {
      await this.act({ action: "select", session_id: id });
    } finally {
      if (this.chosen === id) this.chosen = null;
      this.dataChanges.emit();
    }
  }

  /**
   * Asks the tree to select or fork.
   *
   * @throws RequestFailed with the kernel's error code, or `Offline`
   * @example await tree.act({ action: "fork", session_id, name: "hot" });
   */
  act(action: TreeAction): Promise<ReplyDone> {
    return this.ask({ ...action });
  }

  private received(content: unknown): void {
    if ((content as { kind?: unknown } | null)?.kind !== "nodes") return;
    this.guard(() => {
      const news = new Map(parseTreeNodes(content).nodes.map((node) => [node.id, node]));
      const sessions = this.state.sessions.map((node) => news.get(node.id) ?? node);
      this.state = { ...this.state, sessions };
      // Saved notebooks hold the newest state; nobody is to redraw for it twice.
      this.attributes["sessions"] = sessions;
    });
    news.tell(this.dataChanges);
  }
}
