/** Names that a compiled cell gets as parameters; no cell would choose them. */
export const NAMES = {
  /** The object that holds all cells' names. */
  scope: "__cells",
  /** Loads a module: what `import()` becomes. */
  load: "__load",
  /** Loads a module and puts exports of it on the scope: what a static import becomes. */
  bring: "__bring",
  /** Throws: what is assigned to is a constant. */
  constant: "__constant",
  /** Not 0 in its first element while an interrupt is pending. */
  flag: "__flag",
  /** Throws: the loop was interrupted. */
  interrupted: "__interrupted",
  /** Passes a value that was awaited on, unless the cell was interrupted meanwhile. */
  resume: "__resume",
  /** Stands for `import.meta`. */
  meta: "__meta",
  /** Stands for CommonJS's `require`. */
  require: "require",
  /** Takes the cell's result as its `value`. */
  out: "__out",
} as const;

/** The parameters of a compiled cell, in order. */
export const PARAMETERS = Object.values(NAMES);

/** The statement that looks for an interrupt. */
export const TICK = `if (${NAMES.flag}[0]) ${NAMES.interrupted}();`;

/**
 * The name of a cell on the scope.
 *
 * @example scoped("loss") // "__cells.loss"
 */
export function scoped(name: string): string {
  return `${NAMES.scope}.${name}`;
}

/**
 * The statement that copies names to the scope.
 *
 * @example copied(["a", "b"]) // " __cells.a = a, __cells.b = b;"
 */
export function copied(names: readonly string[]): string {
  return ` ${names.map((name) => `${scoped(name)} = ${name}`).join(", ")};`;
}
