import { expect, test } from "vitest";
import { glyphOf, nameOf } from "./glyph.js";

test("white space can be seen and heard; other tokens are themselves", () => {
  expect([" ", "\n", "\t", "a b", "", "é"].map(glyphOf)).toEqual(["␣", "⏎", "⇥", "a␣b", "∅", "é"]);
  expect(["\n", "q"].map(nameOf)).toEqual(["line break", "q"]);
});
