import { expect, test } from "vitest";
import { bundleOf, DISPLAY } from "./bundle.js";

test("a plain value is shown as Node prints it", async () => {
  expect(await bundleOf({ a: [1, "b"] })).toEqual({ "text/plain": "{ a: [ 1, 'b' ] }" });
  expect(await bundleOf(null)).toEqual({ "text/plain": "null" });
});

test("a display method decides, inherited or asynchronous, on objects and functions", async () => {
  class Shown {
    async [DISPLAY](): Promise<object> {
      return { "text/html": "<b>x</b>", "image/png": Uint8Array.of(1, 2, 3) };
    }
  }
  expect(await bundleOf(new Shown())).toEqual({ "text/html": "<b>x</b>", "image/png": "AQID" });
  const shown = Object.assign(() => {}, { [DISPLAY]: () => ({ "text/plain": "f" }) });
  expect(await bundleOf(shown)).toEqual({ "text/plain": "f" });
});

test("a method that returns no bundle is an error that says so", async () => {
  await expect(bundleOf({ [DISPLAY]: () => "text" })).rejects.toThrow("MIME types, not 'text'");
});
