import { eachMapping, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place in a compiled cell, both from 0, as V8 counts. */
export interface CompiledPlace {
  line: number;
  column: number;
}

/** A place in a cell as written, both from 1. */
export interface WrittenPlace {
  line: number;
  column: number;
}

/** Leads between a cell as it was written and as it runs. */
export interface LineMap {
  /** Null for what the kernel put in: no line of the cell says it. */
  written(place: CompiledPlace): WrittenPlace | null;
  /** Where the code of a line begins, or of the next line that has any; null behind the last. */
  compiled(line: number): { line: number; place: CompiledPlace } | null;
}

/**
 * Reads a cell's source maps.
 *
 * @param maps as JSON text; the first leads from what runs, the last to what was written
 * @example createLineMap(maps).compiled(3) // { line: 3, place: { line: 4, column: 1 } }
 */
export function createLineMap(maps: readonly string[]): LineMap {
  const [first, ...others] = maps.map((map) => new TraceMap(map));

  function through(line: number | null, column: number | null): WrittenPlace | null {
    let place = { line, column };
    for (const map of others) {
      if (place.line === null || place.column === null) return null;
      place = originalPositionFor(map, { line: place.line, column: place.column });
    }
    return place.line === null ? null : { line: place.line, column: (place.column ?? 0) + 1 };
  }

  const begins = new Map<number, CompiledPlace>();
  const known = new Map<number, { column: number; place: WrittenPlace }[]>();
  eachMapping(first!, ({ generatedLine, generatedColumn, originalLine, originalColumn }) => {
    const place = through(originalLine, originalColumn);
    if (!place) return;
    const compiled = { line: generatedLine - 1, column: generatedColumn };
    if (!begins.has(place.line)) begins.set(place.line, compiled);
    const line = known.get(compiled.line) ?? [];
    line.push({ column: compiled.column, place });
    known.set(compiled.line, line);
  });
  const lines = [...begins.keys()].sort((one, other) => one - other);

  return {
    written({ line, column }) {
      const places = known.get(line);
      // A line of the cell may begin with what the kernel put before it.
      const found = places?.findLast((each) => each.column <= column) ?? places?.[0];
      return found?.place ?? null;
    },
    compiled(wanted) {
      const line = lines.find((each) => each >= wanted);
      return line === undefined ? null : { line, place: begins.get(line)! };
    },
  };
}
