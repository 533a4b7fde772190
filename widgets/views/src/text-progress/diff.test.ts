import fc from "fast-check";
import { expect, test } from "vitest";
import { stretchesOf } from "./diff.js";

test("words that are new are marked, the rest is not", () => {
  const fresh = stretchesOf("the sun rose late", "the moon rose early")
    .filter((it) => it.fresh)
    .map(({ text }) => text);
  expect(fresh).toEqual(["moon", "early"]);
  expect(stretchesOf(undefined, "one")).toEqual([{ text: "one", fresh: false }]);
  expect(stretchesOf("same", "same")).toEqual([{ text: "same", fresh: false }]);
});

test("the stretches are always the whole text", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, text) => {
      expect(
        stretchesOf(before, text)
          .map((it) => it.text)
          .join(""),
      ).toBe(text);
    }),
  );
});
