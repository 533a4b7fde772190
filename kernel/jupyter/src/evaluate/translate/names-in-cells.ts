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
} as const;

/** The parameters of a compiled cell, in order. */
export const PARAMETERS = Object.values(NAMES);
