import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { encodePng } from "./png.js";

test.each([
  [1, [10, 200], [10, 10, 10, 255, 200, 200, 200, 255]],
  [3, [1, 2, 3, 4, 5, 6], [1, 2, 3, 255, 4, 5, 6, 255]],
  [4, [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]],
] as const)("another reader sees the same %i-channel pixels", (channels, pixels, rgba) => {
  const png = encodePng({ width: 1, height: 2, channels, pixels: Uint8Array.from(pixels) });
  const read = PNG.sync.read(Buffer.from(png));
  expect([read.width, read.height, ...read.data]).toEqual([1, 2, ...rgba]);
});
