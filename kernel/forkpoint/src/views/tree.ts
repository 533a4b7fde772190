import { tableFromIPC } from "apache-arrow";
import { Widget } from "@forkpoint/jupyter";
import type { Session, StoreChange, TrainingStore } from "@forkpoint/training";
import {
  MODEL_NAMES,
  VIEWS_MODULE,
  VIEW_NAMES,
  WIRE_RANGE,
  parseTreeRequest,
} from "@forkpoint/wire";
import type { TreeNodes, TreeRequest, TreeState, WireMerge, WireNode } from "@forkpoint/wire";
import { wholeText } from "../text/number.js";
import { treeSvg, treeText } from "../text/tree.js";
import { onNextBeat } from "./beat.js";
import { createBestLosses } from "./best-loss.js";
import { answerRequests } from "./reply.js";

/** Changes of the tree itself are gathered for so long before the page is told, in milliseconds. */
const GATHERED = 200;

/** The kernel's side of a session tree. */
export interface Tree {
  widget: Widget;
  /** The session that the views around the tree show; null when there is none. */
  setSelected(session: Session | null): void;
  text(): string;
  picture(): string;
  /** Calls back when sessions have come or gone, or a run has begun or ended. */
  onChange(listener: () => void): void;
}

/**
 * A tree over a store. `onSelect` is told of the session that the page asked for.
 *
 * @example const tree = createTree(store, session, async (next) => show(next));
 */
export function createTree(
  store: TrainingStore,
  selected: Session | null,
  onSelect: (next: Session, previous: Session | null) => Promise<void>,
): Tree {
  let shown = selected;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  const changed = new Set<string>();
  const listeners = new Set<() => void>();
  const best = createBestLosses(store, (id) => note(id));
  let current = stateNow();
  const widget = new Widget({
    model: MODEL_NAMES.sessionTree,
    view: VIEW_NAMES.sessionTree,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { ...current, text: treeText(current) },
  });
  store.onChange(hear);

  function stateNow(): TreeState {
    const open = new Map(store.open.map((session) => [session.id, session]));
    const sessions = store.sessions.list().map((row) => nodeOf(row, open.get(row.id)));
    const merges = store.store.events.list().flatMap(({ kind, sessionId, step, data }) => {
      const from = data["from"];
      if (kind !== "merge" || typeof from !== "string") return [];
      return [{ from, into: sessionId, step: step ?? 0 } satisfies WireMerge];
    });
    return { sessions, merges, selected: shown?.id ?? null };
  }

  function nodeOf(
    row: ReturnType<typeof store.sessions.list>[number],
    open: Session | undefined,
  ): WireNode {
    const runs = store.store.runs.list(row.id);
    const newest = runs.at(-1);
    const own = Math.max(row.forkStep, ...runs.map(({ lastStep }) => lastStep));
    return {
      ...{ id: row.id, name: row.name, parent_id: row.parentSessionId, root_id: row.rootSessionId },
      fork_step: row.forkStep,
      step: open ? Math.max(open.step, 0) : (store.store.checkpoints.latest(row.id)?.step ?? own),
      best_loss: best.of(row.id, runs),
      runs: runs.length,
      status: newest?.status ?? null,
      active_at: row.lastRunAt ?? row.createdAt,
    };
  }

  function hear(change: StoreChange): void {
    if (change.kind === "sessions") return note(null);
    if (change.kind === "closing") {
      if (timer || changed.size > 0) tellAll();
      closed = true;
      return;
    }
    const { session, update } = change;
    if (["engine", "samples", "snapshots", "prompt"].includes(update.kind)) return;
    // A merge is a checkpoint too, but none while a run goes on.
    if (update.kind === "checkpoint") return note(session.run ? session.id : null);
    if (update.kind !== "rows") return note(null);
    best.hear(session.id, tableFromIPC(update.chunk));
    note(session.id);
  }

  function note(id: string | null): void {
    if (closed) return;
    if (id === null) timer ??= setTimeout(tellAll, GATHERED).unref();
    else {
      changed.add(id);
      onNextBeat(tellSteps);
    }
  }

  function tellAll(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    changed.clear();
    current = stateNow();
    widget.set({ ...current, text: text() });
    for (const listener of listeners) listener();
  }

  function tellSteps(): (() => void) | null {
    // All is told soon, or was.
    if (timer || changed.size === 0) return null;
    const ids = new Set(changed);
    changed.clear();
    // Of hundreds of sessions only those are read again that went on.
    const open = new Map(store.open.map((session) => [session.id, session]));
    const rows = store.sessions.list().filter(({ id }) => ids.has(id));
    const nodes = rows.map((row) => nodeOf(row, open.get(row.id)));
    const news = new Map(nodes.map((node) => [node.id, node]));
    current.sessions = current.sessions.map((node) => news.get(node.id) ?? node);
    widget.set({ sessions: current.sessions }, { silent: true });
    return () => widget.send({ kind: "nodes", nodes } satisfies TreeNodes);
  }

  async function select(next: Session): Promise<void> {
    const previous = shown;
    tree.setSelected(next);
    try {
      await onSelect(next, previous);
    } catch (error) {
      tree.setSelected(previous);
      throw error;
    }
  }

  async function perform(request: TreeRequest): Promise<{ message?: string }> {
    const row = store.store.sessions.get(request.session_id);
    const session = await store.session(row.name);
    if (request.action === "select") {
      await select(session);
      return {};
    }
    const { name, step, learning_rate: learningRate } = request;
    const branch = await session.fork(name, {
      ...(step === undefined ? {} : { at: step }),
      ...(learningRate === undefined
        ? {}
        : { optimizer: { ...session.trainingConfig.optimizer, learningRate } }),
    });
    const goal = Math.max(session.runs.at(-1)?.targetStep ?? 0, session.step);
    const trains = goal > branch.step && branch.modelConfig.kind !== "layers" && !branch.run;
    if (trains) branch.train({ to: goal });
    await select(branch);
    const from = wholeText(branch.row.forkStep);
    const then = trains ? `trains to step ${wholeText(goal)}` : "is there to be trained by a cell";
    return { message: `Forked at step ${from}: "${branch.name}" ${then}.` };
  }

  answerRequests(widget, parseTreeRequest, perform);

  function text(): string {
    return treeText({ ...current, selected: shown?.id ?? null });
  }

  const tree: Tree = {
    widget,
    setSelected(session) {
      if (session === shown && widget.state["selected"] === (session?.id ?? null)) return;
      shown = session;
      widget.set({ selected: session?.id ?? null });
    },
    text,
    picture: () => treeSvg({ ...current, selected: shown?.id ?? null }),
    onChange: (listener) => void listeners.add(listener),
  };
  return tree;
}
