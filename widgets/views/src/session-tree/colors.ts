import type { TreeRow, WireNode } from "@forkpoint/wire";

/** What the colours of a tree can tell. */
export const COLOR_MODES = ["depth", "recency", "improvement"] as const;

/** What the colours of a tree tell. */
export type ColorMode = (typeof COLOR_MODES)[number];

/** A node's colour: hue in degrees, chroma (0 is grey), and how many shades lighter than a root. */
export interface NodeColor {
  hue: number;
  chroma: number;
  shade: number;
}

const [VIVID, GREY, SHADES] = [0.14, 0.015, 4];
const [BETTER, WORSE] = [150, 27];

/**
 * By how much a session's best loss is below its parent's, as a share of it; null where either is
 * not known, or it has no parent.
 *
 * @example improvementOf({ best_loss: 1 }, { best_loss: 2 }) === 0.5
 */
export function improvementOf(
  node: Pick<WireNode, "best_loss">,
  parent: Pick<WireNode, "best_loss"> | undefined,
): number | null {
  const [own, before] = [node.best_loss, parent?.best_loss ?? null];
  return own === null || before === null || before === 0 ? null : (before - own) / Math.abs(before);
}

/**
 * The colours of a tree's lines. The hue is that of the session's root, the lightness its depth;
 * `recency` lets the ones that rested longest turn grey; `improvement` tells green from red whether a
 * session got below its parent's best loss.
 *
 * @example nodeColors(rows, "depth")[0].hue
 */
export function nodeColors(rows: readonly TreeRow<WireNode>[], mode: ColorMode): NodeColor[] {
  const roots = [...new Set(rows.map(({ item }) => item.root_id))];
  // The golden angle keeps the hues of neighbours far apart, however many there are.
  const hues = new Map(roots.map((id, at) => [id, (230 + at * 137.5) % 360]));
  const newest = [...new Set(rows.map(({ item }) => item.active_at))].sort();
  const ranks = new Map(
    newest.map((time, at) => [time, newest.length > 1 ? at / (newest.length - 1) : 1]),
  );
  return rows.map(({ item, depth, parent }) => {
    const hue = hues.get(item.root_id)!;
    const shade = Math.min(depth - 1, SHADES);
    if (mode === "depth") return { hue, chroma: VIVID, shade };
    if (mode === "recency") {
      return { hue, chroma: GREY + (VIVID - GREY) * ranks.get(item.active_at)!, shade: 1 };
    }
    const gain = improvementOf(item, rows[parent]?.item);
    if (gain === null) return { hue, chroma: GREY, shade: 1 };
    // A tenth is as vivid as it gets: losses rarely fall by more in a fork.
    const strength = Math.min(1, Math.abs(gain) * 10);
    return { hue: gain >= 0 ? BETTER : WORSE, chroma: GREY + (VIVID - GREY) * strength, shade: 1 };
  });
}
