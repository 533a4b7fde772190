/** What is needed of a session to place it in the tree. */
export interface TreeItem {
  id: string;
  parent_id: string | null;
}

/** A session as a line of the tree. */
export interface TreeRow<Item extends TreeItem> {
  item: Item;
  /** 1 for a session that hangs from the base */
  depth: number;
  /** line of the parent; -1 is the base */
  parent: number;
  /** all sessions that descend from it, shown or not */
  descendants: number;
  open: boolean;
  /** place among those with the same parent, from 1, and how many these are */
  place: number;
  siblings: number;
}

/**
 * Sessions as the lines of a tree, each behind its parent, in the order given. A session whose parent
 * is not there, or that would be its own ancestor in a damaged file, hangs from the base.
 *
 * @param closed ids of sessions whose descendants are folded away
 * @example treeRows([{ id: "b", parent_id: "a" }, { id: "a", parent_id: null }]).map(({ item }) => item.id) // ["a", "b"]
 */
export function treeRows<Item extends TreeItem>(
  items: readonly Item[],
  closed: ReadonlySet<string> = new Set(),
): TreeRow<Item>[] {
  const known = new Map(items.map((item) => [item.id, item]));
  const parents = new Map<string, string | null>();
  for (const item of known.values()) parents.set(item.id, parentOf(item, known, parents));
  const children = new Map<string | null, Item[]>();
  for (const item of known.values()) {
    const parent = parents.get(item.id)!;
    const list = children.get(parent);
    if (list) list.push(item);
    else children.set(parent, [item]);
  }
  const below = countBelow(known, parents);
  const rows: TreeRow<Item>[] = [];
  // A stack, since a chain of forks may be deeper than that of calls.
  const waiting: [items: Item[], at: number, depth: number, parent: number][] = [
    [children.get(null) ?? [], 0, 1, -1],
  ];
  while (waiting.length > 0) {
    const top = waiting.at(-1)!;
    const [list, at, depth, parent] = top;
    const item = list[at];
    if (!item) {
      waiting.pop();
      continue;
    }
    top[1]++;
    const open = !closed.has(item.id);
    const [descendants, place] = [below.get(item.id) ?? 0, at + 1];
    rows.push({ item, depth, parent, descendants, open, place, siblings: list.length });
    const under = children.get(item.id);
    if (open && under) waiting.push([under, 0, depth + 1, rows.length - 1]);
  }
  return rows;
}

function parentOf<Item extends TreeItem>(
  item: Item,
  known: ReadonlyMap<string, Item>,
  placed: ReadonlyMap<string, string | null>,
): string | null {
  const { parent_id: wanted } = item;
  if (wanted === null || !known.has(wanted)) return null;
  const seen = new Set([item.id]);
  for (let id: string | null = wanted; id !== null && known.has(id);) {
    if (seen.has(id)) return null;
    seen.add(id);
    const above: string | null | undefined = placed.get(id);
    id = above === undefined ? known.get(id)!.parent_id : above;
  }
  return wanted;
}

function countBelow<Item extends TreeItem>(
  known: ReadonlyMap<string, Item>,
  parents: ReadonlyMap<string, string | null>,
): Map<string, number> {
  const below = new Map<string, number>();
  for (const id of known.keys()) {
    for (let above = parents.get(id) ?? null; above !== null; above = parents.get(above) ?? null) {
      below.set(above, (below.get(above) ?? 0) + 1);
    }
  }
  return below;
}
