import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { goesOn, treeRows, type TreeRow, type WireNode } from "@forkpoint/wire";
import { formatCount, formatLoss } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useLiveness, useData } from "../host/use-model.js";
import { useRows } from "../host/use-rows.js";
import { useSize } from "../host/use-size.js";
import { RequestFailed } from "../models/requests.js";
import type { SessionTreeModel } from "../models/session-tree-model.js";
import { Breadcrumb } from "./Breadcrumb.js";
import { COLOR_MODES, improvementOf, nodeColors, type ColorMode } from "./colors.js";
import { ForkForm, type ForkWish } from "./ForkForm.js";
import { Graph } from "./Graph.js";
import { moveForKey } from "./keys.js";
import { freeName, lineageOf } from "./lineage.js";
import { placesFor, ROW } from "./place.js";

/**
 * All sessions of a store as a tree of forks and merges. Selecting one shows it in the views around.
 *
 * @example <SessionTree tree={tree} />
 */
export function SessionTree(props: { tree: SessionTreeModel; alone?: boolean }): ReactNode {
  const { tree, alone = false } = props;
  useData(tree);
  const liveness = useLiveness(tree);
  const offline = liveness.live ? null : liveness.reason;
  const [mode, setMode] = useState<ColorMode>("depth");
  const [forking, setForking] = useState<string | null>(null);
  const [message, setMessage] = useState<{ error: boolean; text: string } | null>(null);
  const { state, selected, problem } = tree;
  const { sessions } = state;
  const origin = sessions.find(({ id }) => id === forking);

  const follow = async (action: Promise<{ message?: string } | void>): Promise<boolean> => {
    setMessage(null);
    try {
      const done = await action;
      if (done?.message) setMessage({ error: false, text: done.message });
      return true;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      setMessage({ error: true, text: error.message });
      return false;
    }
  };
  const select = (id: string): void => void follow(tree.select(id));
  const fork = (wish: ForkWish): Promise<boolean> =>
    follow(tree.act({ action: "fork", session_id: origin!.id, ...wish }));

  return (
    <section className="fp-tree" data-testid="fp-session-tree" aria-label="Session tree">
      {alone && <OfflineMark liveness={liveness} />}
      {problem && <Notice kind="error">{problem.message}</Notice>}
      {sessions.length === 0 ? (
        <Notice kind="empty">No sessions yet: store.session(…) makes one.</Notice>
      ) : (
        <>
          <div className="fp-tree-head">
            <Breadcrumb line={lineageOf(sessions, selected)} select={select} />
            <span className="fp-space" />
            <button
              type="button"
              className="fp-button"
              data-testid="fp-tree-fork"
              data-focus-home
              disabled={selected === null || offline !== null}
              title={offline ?? "Opens a new branch at the newest step of the selected session"}
              onClick={() => setForking(selected)}
            >
              Fork from here
            </button>
            <label className="fp-quiet">
              Colour by{" "}
              <select
                className="fp-select"
                value={mode}
                onChange={(event) => setMode(event.target.value as ColorMode)}
              >
                {COLOR_MODES.map((word) => (
                  <option key={word}>{word}</option>
                ))}
              </select>
            </label>
          </div>
          {origin && (
            <ForkForm
              key={origin.id}
              from={origin}
              proposed={freeName(sessions, origin.name)}
              fork={fork}
              close={() => setForking(null)}
            />
          )}
          {message && (
            <p
              className={`fp-tree-message ${message.error ? "fp-error" : "fp-quiet"}`}
              role={message.error ? "alert" : "status"}
            >
              {message.text}
            </p>
          )}
          <Lines tree={tree} mode={mode} select={select} />
        </>
      )}
    </section>
  );
}

function Lines(props: {
  tree: SessionTreeModel;
  mode: ColorMode;
  select: (id: string) => void;
}): ReactNode {
  const { tree, mode, select } = props;
  const { state, selected } = tree;
  const box = useRef<HTMLDivElement>(null);
  const name = useId();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const rows = useMemo(() => treeRows(state.sessions, closed), [state.sessions, closed]);
  const colors = useMemo(() => nodeColors(rows, mode), [rows, mode]);
  const deepest = rows.reduce((most, { depth }) => Math.max(most, depth), 0);
  const { width } = useSize(box);
  const room = Math.max(60, Math.min(200, width * 0.28));
  const places = useMemo(() => placesFor(deepest, room), [deepest, room]);
  const seen = useRows(box, rows.length + 1, ROW);
  const height = (rows.length + 1) * ROW;
  const current = rows.findIndex(({ item }) => item.id === (active ?? selected));
  const shown = rows.findIndex(({ item }) => item.id === selected);

  // The list is scrolled, not the element into view: that would scroll the notebook too.
  const reveal = (row: number): void => {
    const list = box.current;
    if (!list || row < 0) return;
    const [top, bottom] = [(row + 1) * ROW, (row + 2) * ROW];
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight)
      list.scrollTop = bottom - list.clientHeight;
  };
  // Another session is shown: its line comes into view, but not at each new step.
  useEffect(() => reveal(shown), [selected]);

  const fold = (id: string, open: boolean): void => {
    const next = new Set(closed);
    if (open) next.delete(id);
    else next.add(id);
    setClosed(next);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Math.max(0, current);
    const move = moveForKey(event.key, rows, at);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { id } = rows[at]!.item;
    if (move.kind === "choose") return select(id);
    if (move.kind === "fold") return fold(id, move.open);
    setActive(rows[move.row]!.item.id);
    reveal(move.row);
  };

  return (
    <div className="fp-tree-table">
      <div className="fp-tree-row fp-tree-titles fp-quiet" aria-hidden="true">
        <span style={{ paddingLeft: places.width }}>session</span>
        <span>step</span>
        <span>best loss</span>
        <span>runs</span>
      </div>
      <div
        className="fp-tree-lines"
        ref={box}
        role="tree"
        tabIndex={0}
        aria-label="Sessions"
        aria-activedescendant={current < 0 ? undefined : `${name}-${rows[current]!.item.id}`}
        data-lm-suppress-shortcuts="true"
        onKeyDown={key}
        onBlur={() => setActive(null)}
      >
        <div className="fp-tree-sheet" style={{ height }} role="presentation">
          <Graph {...{ rows, colors, places, seen, selected, height }} merges={state.merges} />
          {seen.first === 0 && (
            <div className="fp-tree-row" style={{ paddingLeft: places.width }} role="presentation">
              <span className="fp-tree-name">base</span>
            </div>
          )}
          {rows.slice(Math.max(0, seen.first - 1), seen.last).map((row, offset) => {
            const line = Math.max(0, seen.first - 1) + offset;
            return (
              <Line
                key={row.item.id}
                id={`${name}-${row.item.id}`}
                row={row}
                parent={rows[row.parent]?.item}
                left={places.width}
                top={(line + 1) * ROW}
                selected={row.item.id === selected}
                active={line === current}
                select={() => {
                  setActive(row.item.id);
                  select(row.item.id);
                }}
                fold={() => fold(row.item.id, !row.open)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Line(props: {
  id: string;
  row: TreeRow<WireNode>;
  parent: WireNode | undefined;
  left: number;
  top: number;
  selected: boolean;
  active: boolean;
  select: () => void;
  fold: () => void;
}): ReactNode {
  const { id, row, parent, left, top, selected, active, select, fold } = props;
  const { item, depth, descendants, open, place, siblings } = row;
  return (
    <div
      id={id}
      className="fp-tree-row fp-tree-line"
      data-testid="fp-tree-line"
      data-session={item.id}
      data-active={active}
      role="treeitem"
      aria-level={depth}
      aria-selected={selected}
      aria-setsize={siblings}
      aria-posinset={place}
      {...(descendants > 0 ? { "aria-expanded": open } : {})}
      title={tooltipOf(item, parent)}
      style={{ top, paddingLeft: left }}
      onClick={select}
    >
      <span className="fp-tree-name">
        {item.name}
        {descendants > 0 && (
          <button
            type="button"
            className="fp-tree-fold"
            tabIndex={-1}
            aria-label={open ? `Fold ${item.name}` : `Unfold ${item.name}`}
            onClick={(event) => {
              event.stopPropagation();
              fold();
            }}
          >
            {open ? "−" : `+${formatCount(descendants)}`}
          </button>
        )}
        {goesOn(item.status) && (
          <span className="fp-tree-status" data-status={item.status}>
            {item.status}
          </span>
        )}
      </span>
      <span>{formatCount(item.step)}</span>
      <span>{item.best_loss === null ? "" : formatLoss(item.best_loss)}</span>
      <span>{formatCount(item.runs)}</span>
    </div>
  );
}

function tooltipOf(node: WireNode, parent: WireNode | undefined): string {
  const gain = improvementOf(node, parent);
  const loss = node.best_loss === null ? "no loss yet" : `best loss ${formatLoss(node.best_loss)}`;
  const part =
    gain === null
      ? ""
      : ` (${(Math.abs(gain) * 100).toFixed(1)} % ${gain >= 0 ? "below" : "above"} its parent's)`;
  return [
    `${node.name} · ${node.id.slice(0, 8)}`,
    node.parent_id &&
      `from ${parent?.name ?? "a session that is gone"} at step ${formatCount(node.fork_step)}`,
    `step ${formatCount(node.step)} · ${loss}${part}`,
    `${formatCount(node.runs)} ${node.runs === 1 ? "run" : "runs"}${node.status ? `, the newest ${node.status}` : ""}`,
    `last active ${new Date(node.active_at).toLocaleString()}`,
  ]
    .filter(Boolean)
    .join("\n");
}
