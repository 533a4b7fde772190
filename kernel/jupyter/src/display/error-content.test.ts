import { expect, test } from "vitest";
import { CellInvalid } from "../errors.js";
import { createCellSources } from "../evaluate/cell-sources.js";
import { errorContent } from "./error-content.js";

const sources = createCellSources();
sources.add("cell-7.ts", "let a = 1\n  wrong line", []);

function plain(lines: string[]): string {
  return lines.join("\n").replaceAll(/\u001b\[\d+m/g, "");
}

test("a finding shows its line and marks the place", () => {
  const finding = {
    code: 2304,
    message: "No such name.",
    line: 2,
    column: 3,
    length: 5,
    syntax: false,
  };
  const content = errorContent(new CellInvalid("cell-7.ts", [finding]), sources);
  expect(content.ename).toBe("TypeScriptError");
  expect(content.evalue).toBe("Line 2: No such name.");
  expect(plain(content.traceback)).toBe(
    "cell-7.ts:2:3 - TypeScriptError TS2304: No such name.\n\n  2 |   wrong line\n        ^^^^^\n",
  );
});

test("frames come after the message, whatever that looks like, with the line they point to", () => {
  const error = new RangeError("two\n    at lines (x)");
  error.stack = "RangeError: two\n    at lines (x)\n    at f (cell-7.ts:2:3)";
  expect(plain(errorContent(error, sources).traceback)).toBe(
    "RangeError: two\n    at lines (x)\n    at f (cell-7.ts:2:3)\n\n  2 |   wrong line\n        ^\n",
  );
});

test("causes and parts are told, and a circle of causes ends", () => {
  const circle = new Error("outer");
  circle.cause = new Error("inner", { cause: circle });
  const text = plain(errorContent(circle, sources).traceback);
  expect(text).toContain("Caused by: Error: inner");
  const parts = errorContent(new AggregateError([new Error("one"), "two"], "both"), sources);
  expect(plain(parts.traceback)).toMatch(/With: Error: one[^]*With: 'two'/);
});

test("what is thrown need not be an error", () => {
  expect(errorContent({ a: 1 }, sources)).toMatchObject({ ename: "Uncaught", evalue: "{ a: 1 }" });
  expect(errorContent(undefined, sources).evalue).toBe("undefined");
});

test("a compiled cell's own names stay out of messages", () => {
  const error = new TypeError("(0 , __cells.f) is not a function, __cells.x.y is");
  expect(errorContent(error, sources).evalue).toBe("f is not a function, x.y is");
});
