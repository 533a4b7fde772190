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
  ["let x = ))", "invalid"],
  ["'text", "invalid"],
])("%j is %s", (code, status) => {
  expect(completenessOf(code).status).toBe(status);
});

test("the next line is indented after an opening bracket", () => {
  expect(completenessOf("function f() {")).toEqual({ status: "incomplete", indent: "  " });
  expect(completenessOf("if (a) {\n  g(")).toEqual({ status: "incomplete", indent: "    " });
  expect(completenessOf("{\n  a +")).toEqual({ status: "incomplete", indent: "  " });
});
