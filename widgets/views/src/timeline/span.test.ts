import fc from "fast-check";
import { expect, test } from "vitest";
import { appendRows, createColumns } from "./columns.js";
import { spanOf, type Span } from "./span.js";

function spanByRows(values: Float64Array, begin: number, end: number): Span {
  const rows = Array.from({ length: end - begin }, (_, at) => begin + at);
  const finite = rows.filter((row) => Number.isFinite(values[row]));
  const numbers = finite.map((row) => values[row]!);
  const rowOf = (value: number): number => finite.find((row) => values[row] === value) ?? -1;
  return {
    first: finite[0] ?? -1,
    low: rowOf(Math.min(...numbers)),
    high: rowOf(Math.max(...numbers)),
    last: finite.at(-1) ?? -1,
    sum: numbers.reduce((sum, value) => sum + value, 0),
    count: finite.length,
  };
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
);

test("spans are those of the rows, also after rows were added and others took their place", () => {
  const part = fc.record({
    back: fc.nat(300),
    values: fc.array(value, { minLength: 1, maxLength: 700 }),
  });
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(),
      (parts, one, other) => {
        const columns = createColumns();
        for (const { back, values } of parts) {
          const first = Math.max(0, columns.length - back);
          const step = Float64Array.from(values, (_, row) => first + row);
          appendRows(columns, { step, values: new Map([["loss", Float64Array.from(values)]]) });
          const [a, b] = [one % (columns.length + 1), other % (columns.length + 1)];
          const [begin, end] = [Math.min(a, b), Math.max(a, b)];
          const loss = columns.values.get("loss")!;
          expect(spanOf(loss, begin, end)).toEqual(spanByRows(loss, begin, end));
        }
      },
    ),
    { numRuns: 300 },
  );
});
