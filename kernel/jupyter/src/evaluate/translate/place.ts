/** Names, each with whether it can be assigned to no more. */
export type Names = ReadonlyMap<string, { constant: boolean }>;

/** Names that a cell's identifiers may mean beside what is local to a function or a block. */
export interface CellNames {
  /** What the cell declares at its top level. */
  own: Names;
  /** What earlier cells left. */
  earlier: Names;
}

/** Where in the cell a visit stands. */
export interface Place {
  /** What functions and blocks around it declare. */
  scopes: readonly ReadonlySet<string>[];
  functions: number;
  /** Whether a `var` here is the cell's. */
  varsOfCell: boolean;
  /** What the declaration that it stands in declares, at the cell's top level; see staysLocal. */
  declaring: { names: ReadonlySet<string>; functions: number } | null;
  /** Where a `break` without a label must go instead of the nearest loop. */
  breakTo: string | null;
}

/** The cell's top level. */
export const TOP: Place = {
  scopes: [],
  functions: 0,
  varsOfCell: true,
  declaring: null,
  breakTo: null,
};

/**
 * Whether a name at a place means a name of the notebook, this cell's or an earlier one's, and not
 * something local or a global.
 *
 * @example isCellName("loss", TOP, names)
 */
export function isCellName(name: string, place: Place, names: CellNames): boolean {
  const isOwn = names.own.has(name);
  if (!isOwn && !names.earlier.has(name)) return false;
  if (place.scopes.some((declared) => declared.has(name))) return false;
  return !isOwn || !staysLocal(name, place);
}

/**
 * Whether a name of the notebook cannot be assigned to.
 *
 * @example isConstant("loss", names)
 */
export function isConstant(name: string, { own, earlier }: CellNames): boolean {
  return (own.get(name) ?? earlier.get(name))?.constant ?? false;
}

// A declaration is copied to the scope only after it has run, so code that runs within it
// (a class's static parts, a pattern's defaults) must use the local name.
function staysLocal(name: string, { declaring, functions }: Place): boolean {
  return declaring !== null && declaring.names.has(name) && functions <= declaring.functions;
}
