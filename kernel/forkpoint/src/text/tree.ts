import { goesOn, treeRows } from "@forkpoint/wire";
import type { TreeState, WireNode } from "@forkpoint/wire";
import { lossText, wholeText } from "./number.js";

/**
 * The session tree as text: a line a session, drawn with the lines of a file tree.
 *
 * @example console.log(treeText({ sessions, merges: [], selected: null }))
 */
export function treeText({ sessions, merges, selected }: TreeState): string {
  const rows = treeRows(sessions);
  const prefixes: string[] = [];
  const lines = rows.map(({ item, parent, place, siblings }, at) => {
    const above = parent < 0 ? "" : prefixes[parent]!;
    const last = place === siblings;
    prefixes[at] = above + (last ? "   " : "│  ");
    const mark = item.id === selected ? " *" : "";
    return { head: `${above}${last ? "└─ " : "├─ "}${item.name}${mark}`, facts: factsOf(item) };
  });
  const width = Math.min(60, Math.max(0, ...lines.map(({ head }) => head.length)));
  const names = new Map(sessions.map(({ id, name }) => [id, name]));
  const merged = merges.flatMap(({ from, into, step }) =>
    names.has(from) && names.has(into)
      ? [`merged: ${names.get(from)} into ${names.get(into)} at step ${wholeText(step)}`]
      : [],
  );
  if (lines.length === 0) return "base\nNo sessions yet.";
  const body = lines.map(({ head, facts }) => `${head.padEnd(width)}  ${facts}`);
  return ["base", ...body, ...merged].join("\n");
}

const [rowHeight, indent, most] = [24, 18, 60];

/** The session tree as a picture, in middle tones that read on a light and on a dark page. */
export function treeSvg(state: TreeState): string {
  const rows = treeRows(state.sessions);
  const shown = rows.slice(0, most);
  const deepest = Math.max(1, ...shown.map(({ depth }) => depth));
  const x = (depth: number): number => 14 + Math.min(depth * indent, (depth / deepest) * 180);
  const y = (row: number): number => 16 + (row + 1) * rowHeight;
  const left = x(deepest) + 18;
  const text = (at: number, row: number, anchor: string, content: string, weight = 400): string =>
    `<text x="${at}" y="${y(row) + 4}" text-anchor="${anchor}" font-family="sans-serif" font-size="12" font-weight="${weight}" fill="#808080">${escaped(content)}</text>`;
  const place = new Map(shown.map(({ item }, at) => [item.id, at]));
  const edges = shown.map(({ depth, parent }, at) => {
    const [fromX, fromY] = [x(depth - 1), y(parent)];
    return `<path d="M${fromX} ${fromY}V${y(at) - 6}Q${fromX} ${y(at)} ${fromX + 6} ${y(at)}H${x(depth)}" fill="none" stroke="#909090" stroke-width="1.5"/>`;
  });
  const merges = state.merges.flatMap(({ from, into }) => {
    const [a, b] = [place.get(from), place.get(into)];
    if (a === undefined || b === undefined) return [];
    const [one, other] = [shown[a]!, shown[b]!];
    const bend = Math.max(x(one.depth), x(other.depth)) + 14;
    return `<path d="M${x(one.depth)} ${y(a)}C${bend} ${y(a)} ${bend} ${y(b)} ${x(other.depth)} ${y(b)}" fill="none" stroke="#4c8dd6" stroke-width="1.5" stroke-dasharray="4 3"/>`;
  });
  const nodes = shown.map(({ item, depth }, at) => {
    const ring = `<circle cx="${x(depth)}" cy="${y(at)}" r="9" fill="none" stroke="#4c8dd6" stroke-width="2"/>`;
    const dot = `<circle cx="${x(depth)}" cy="${y(at)}" r="5" fill="#6f9a6a"/>`;
    const selected = item.id === state.selected;
    const name = item.name.length > 40 ? `${item.name.slice(0, 39)}…` : item.name;
    const words = text(left, at, "start", name, selected ? 700 : 400);
    return `${selected ? ring : ""}${dot}${words}${text(628, at, "end", factsOf(item))}`;
  });
  const base = `<circle cx="14" cy="${y(-1)}" r="7" fill="#c9a227"/>${text(left, -1, "start", "base")}`;
  const rest = rows.length - shown.length;
  const more = rest > 0 ? text(left, shown.length, "start", `and ${wholeText(rest)} more`) : "";
  const height = y(shown.length) + (rest > 0 ? 12 : -rowHeight + 18);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 ${height}" width="640" height="${height}">${edges.join("")}${merges.join("")}${base}${nodes.join("")}${more}</svg>`;
}

function factsOf({ step, best_loss: best, runs, status }: WireNode): string {
  const loss = best === null ? [] : [`best ${lossText(best)}`];
  const count = `${runs} ${runs === 1 ? "run" : "runs"}`;
  const now = goesOn(status) ? [status] : [];
  return [`step ${wholeText(step)}`, ...loss, count, ...now].join(" · ");
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** A text as it may stand between the tags of a picture. */
export function escaped(text: string): string {
  // Control characters are not allowed in XML, not even escaped.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>]/g, (found) => escapes[found]!);
}
