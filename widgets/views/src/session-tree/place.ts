/** Height of a line of the tree, in CSS pixels. */
export const ROW = 28;

/** How deep lines are set in, and the room left and right of the drawn part. */
const [INDENT, MARGIN] = [18, 14];

/** Where the nodes of a tree stand, in CSS pixels. */
export interface Places {
  x(depth: number): number;
  /** of a line; -1 is the base */
  y(row: number): number;
  /** of the drawn part */
  width: number;
}

/**
 * Where nodes stand in a tree that is `deepest` deep and may be `most` pixels wide: deep ones are set
 * in less, so that names keep their room.
 *
 * @example placesFor(3, 200).x(1) // 32
 */
export function placesFor(deepest: number, most: number): Places {
  const indent = deepest > 0 ? Math.min(INDENT, most / deepest) : INDENT;
  const x = (depth: number): number => MARGIN + depth * indent;
  return { x, y: (row) => (row + 1.5) * ROW, width: x(Math.max(deepest, 1)) + MARGIN };
}

/**
 * The line from a parent down and over to its child.
 *
 * @example branchPath(places, { depth: 2, parent: 0 }, 3)
 */
export function branchPath(
  { x, y }: Places,
  row: { depth: number; parent: number },
  at: number,
): string {
  const [fromX, fromY, toX, toY] = [x(row.depth - 1), y(row.parent), x(row.depth), y(at)];
  const bend = Math.min(8, toX - fromX);
  return `M${fromX} ${fromY}V${toY - bend}Q${fromX} ${toY} ${fromX + bend} ${toY}H${toX}`;
}

/**
 * The arc from a session to the one that took it over.
 *
 * @example mergePath(places, [2, 5], [1, 3])
 */
export function mergePath(
  { x, y }: Places,
  [fromDepth, fromRow]: [number, number],
  [toDepth, toRow]: [number, number],
): string {
  const bend = Math.max(x(fromDepth), x(toDepth)) + 16;
  return `M${x(fromDepth)} ${y(fromRow)}C${bend} ${y(fromRow)} ${bend} ${y(toRow)} ${x(toDepth)} ${y(toRow)}`;
}
