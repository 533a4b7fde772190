import fc from "fast-check";
import { expect, test } from "vitest";
import { codePointOffset, utf16Offset } from "./code-points.js";

test("positions are counted as by iterating the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(30), (text, at) => {
      const points = [...text];
      const position = Math.min(at, points.length);
      const utf16 = points.slice(0, position).join("").length;
      expect(utf16Offset(text, position)).toBe(utf16);
      expect(codePointOffset(text, utf16)).toBe(position);
    }),
  );
});

test("a position behind the end is the end", () => {
  expect(utf16Offset("🙂", 9)).toBe(2);
  expect(codePointOffset("🙂", 9)).toBe(1);
});
