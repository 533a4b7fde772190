import type { ShownAttention } from "@forkpoint/wire";
import { expect, test } from "vitest";
import { paletteOf, shadeOf } from "./palette.js";
import { cellAt, cellByKey, drawHead, weightAt } from "./squares.js";

const shown: ShownAttention = {
  ...({ kind: "attention", tokens: ["a", "b"], layers: 2, heads: 2 } as const),
  scales: Float32Array.of(0, 0, 0, 1 / 255),
  values: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 9, 64, 191),
};

test.each([true, false])("shades go one way in lightness (light page: %s)", (light) => {
  const palette = paletteOf(light);
  const lightness = Array.from({ length: 256 }, (_, shade) => {
    const [red, green, blue] = palette.subarray(3 * shade, 3 * shade + 3);
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  });
  const sorted = [...lightness].sort((a, b) => (light ? b - a : a - b));
  expect(lightness).toEqual(sorted);
  expect(Math.abs(lightness[255]! - lightness[0]!)).toBeGreaterThan(150);
});

test("a head is drawn by its own weights, and nothing ahead of a token", () => {
  const palette = paletteOf(true);
  const pixels = new Uint8ClampedArray(16);
  drawHead(pixels, shown, 1, 1, palette);
  const shade = (weight: number): number[] => [
    ...palette.subarray(3 * shadeOf(weight), 3 * shadeOf(weight) + 3),
    255,
  ];
  expect([...pixels.subarray(0, 4)]).toEqual(shade(1));
  expect(pixels[7]).toBe(0);
  expect([...pixels.subarray(8, 12)]).toEqual(shade(64 / 255));
  expect(weightAt(shown, 1, 1, 1, 1)).toBeCloseTo(191 / 255);
  expect(weightAt(shown, 0, 1, 1, 1)).toBe(0);
});

test("cells under the pointer and by the keyboard never lie ahead", () => {
  expect(cellAt(5, 25, 10, 3)).toEqual({ query: 2, key: 0 });
  expect(cellAt(25, 5, 10, 3)).toBeNull();
  expect(cellAt(5, 35, 10, 3)).toBeNull();
  expect(cellByKey({ query: 2, key: 2 }, "ArrowUp", 3)).toEqual({ query: 1, key: 1 });
  expect(cellByKey({ query: 0, key: 0 }, "ArrowLeft", 3)).toEqual({ query: 0, key: 0 });
  expect(cellByKey({ query: 1, key: 1 }, "ArrowRight", 3)).toEqual({ query: 1, key: 1 });
  expect(cellByKey({ query: 1, key: 1 }, "a", 3)).toBeNull();
});
