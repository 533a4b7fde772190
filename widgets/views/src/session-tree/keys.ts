import type { TreeItem, TreeRow } from "@forkpoint/wire";

/** What a key does in a tree: goes to a line, folds or unfolds one, or chooses it. */
export type TreeMove =
  { kind: "go"; row: number } | { kind: "fold"; open: boolean } | { kind: "choose" };

/** Lines that Page Up and Page Down go. */
const PAGE = 10;

/**
 * What a key means at a line of a tree, as the ARIA tree pattern has it; null for other keys.
 *
 * @example moveForKey("ArrowRight", rows, 0)
 */
export function moveForKey(
  key: string,
  rows: readonly TreeRow<TreeItem>[],
  at: number,
): TreeMove | null {
  const row = rows[at];
  if (!row) return null;
  const go = (to: number): TreeMove => ({
    kind: "go",
    row: Math.max(0, Math.min(rows.length - 1, to)),
  });
  const parted = row.descendants > 0;
  switch (key) {
    case "ArrowDown":
      return go(at + 1);
    case "ArrowUp":
      return go(at - 1);
    case "PageDown":
      return go(at + PAGE);
    case "PageUp":
      return go(at - PAGE);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "ArrowRight":
      if (parted && !row.open) return { kind: "fold", open: true };
      return go(parted ? at + 1 : at);
    case "ArrowLeft":
      if (parted && row.open) return { kind: "fold", open: false };
      return go(row.parent < 0 ? at : row.parent);
    case "Enter":
    case " ":
      return { kind: "choose" };
    default:
      return null;
  }
}
