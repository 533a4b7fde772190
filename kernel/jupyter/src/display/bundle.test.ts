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
  expect(await bundleOf(new Shown())).toEqual({
    "text/html": "<b>x</b>",
    "image/png": "AQID",
    "text/plain": "x",
  });
  const shown = Object.assign(() => {}, { [DISPLAY]: () => ({ "text/plain": "f" }) });
  expect(await bundleOf(shown)).toEqual({ "text/plain": "f" });
});

test("a method that returns no bundle is an error that says so", async () => {
  await expect(bundleOf({ [DISPLAY]: () => "text" })).rejects.toThrow("MIME types, not 'text'");
});

test("an empty bundle, of a value that showed itself, stays empty", async () => {
  expect(await bundleOf({ [DISPLAY]: () => ({}) })).toEqual({});
});

const hostile: [what: string, value: unknown, text: string][] = [
  [
    "a getter that throws",
    [
      {
        get a() {
          throw new Error("no way");
        },
      },
    ],
    "[ { a: [Getter] } ]\n(not shown as a table: no way)",
  ],
  [
    "a canvas without picture",
    { toDataURL: () => "data:," },
    "{ toDataURL: [Function: toDataURL] }\n(not shown as a picture: toDataURL gave no picture in Base64)",
  ],
  [
    "a canvas that fails later",
    { toDataURL: () => Promise.reject(new Error("lost")) },
    "{ toDataURL: [Function: toDataURL] }\n(not shown as a picture: lost)",
  ],
  [
    "a chart that cannot travel",
    { toSpec: () => ({ mark: 1n }) },
    "{ toSpec: [Function: toSpec] }\n(not shown as a chart: Do not know how to serialize a BigInt)",
  ],
  [
    "its own print that throws",
    {
      [Symbol.for("nodejs.util.inspect.custom")]() {
        throw new Error("silly");
      },
    },
    "object that cannot be printed: silly",
  ],
];

test.each(hostile)("%s is shown as text with the reason", async (_what, value, text) => {
  expect(await bundleOf(value)).toEqual({ "text/plain": text });
});

test("a revoked proxy can be shown", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect((await bundleOf(proxy))["text/plain"]).toMatch(
    /^<Revoked Proxy>\n\(not shown as itself: /,
  );
});

test("collections and numbers stay as Node prints them", async () => {
  expect(await bundleOf(new Map([[1, 2]]))).toEqual({ "text/plain": "Map(1) { 1 => 2 }" });
  expect(await bundleOf(Float32Array.of(1, 2))).toEqual({
    "text/plain": "Float32Array(2) [ 1, 2 ]",
  });
  expect(await bundleOf([{ a: 1 }, 2])).toEqual({ "text/plain": "[ { a: 1 }, 2 ]" });
  expect(await bundleOf([])).toEqual({ "text/plain": "[]" });
});

test("an error tells its name, message, stack and cause", async () => {
  const text = (await bundleOf(new RangeError("far", { cause: new Error("near") })))["text/plain"];
  expect(text).toMatch(/^RangeError: far\n {4}at [^]*\[cause\]: Error: near/);
});
