import { expect, test } from "vitest";
import { completenessOf } from "./completeness.js";

test.each([
  ["1 + 1", "complete"],
  ["for await (const x of y) {}", "complete"],
  ["", "complete"],
  ["function f() {", "incomplete"],
  ["foo(", "incomplete"],
  ["a +", "incomplete"],
  ["if (x)", "incomplete"],
  ["`text", "incomplete"],
  ["/* comment", "incomplete"],
  ["`${`", "incomplete"],
  ["a ? b", "incomplete"],
  ["try {}", "incomplete"],
  ["let x = ))", "invalid"],
  ["'text", "invalid"],
  ["/text", "invalid"],
  ["}", "invalid"],
])("%j is %s", (code, status) => {
  expect(completenessOf(code).status).toBe(status);
});

test("the next line is indented after an opening bracket", () => {
  expect(completenessOf("function f() {")).toEqual({ status: "incomplete", indent: "  " });
  expect(completenessOf("if (a) {\n  g(")).toEqual({ status: "incomplete", indent: "    " });
  expect(completenessOf("{\n  a +")).toEqual({ status: "incomplete", indent: "  " });
});

test("of a text so deep that the parser could not take it nothing is known", () => {
  expect(completenessOf("[".repeat(4000)).status).toBe("incomplete");
  expect(completenessOf("[".repeat(100_000))).toEqual({ status: "unknown" });
});
