import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinBuffers, splitBuffers } from "./buffer-paths.js";

const states = fc.dictionary(
  fc.string(),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue({ maxDepth: 0 }),
      fc.uint8Array({ maxLength: 5 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
    ),
  })).value,
  { maxKeys: 4 },
);

describe("buffer paths", () => {
  test("what is split and joined is what it was, through JSON", () => {
    fc.assert(
      fc.property(states, (state) => {
        const before = structuredClone(state);
        const split = splitBuffers(state);
        expect(state).toEqual(before);
        const received = JSON.parse(JSON.stringify(split.state)) as Record<string, unknown>;
        const joined = joinBuffers(received, split.bufferPaths, split.buffers);
        expect(JSON.stringify(joined, asText)).toBe(JSON.stringify(state, asText));
      }),
    );
  });

  test("every kind of binary value leaves as its own bytes", () => {
    const floats = new Float32Array([1, 2, 3]).subarray(1, 2);
    const { state, bufferPaths, buffers } = splitBuffers({
      floats,
      whole: new ArrayBuffer(3),
      list: [Buffer.from("hi"), new DataView(new ArrayBuffer(2))],
    });
    expect(state).toEqual({ list: [null, null] });
    expect(bufferPaths).toEqual([["floats"], ["whole"], ["list", 0], ["list", 1]]);
    expect(buffers.map(({ length }) => length)).toEqual([4, 3, 2, 2]);
    expect(new Float32Array(buffers[0]!.slice().buffer)).toEqual(new Float32Array([2]));
  });

  test("a value can be replaced, and says itself how it is written", () => {
    const reference = { id: 7 };
    const { state } = splitBuffers({ a: [reference], when: new Date(0) }, (value) =>
      value === reference ? "ref 7" : undefined,
    );
    expect(JSON.stringify(state)).toBe('{"a":["ref 7"],"when":"1970-01-01T00:00:00.000Z"}');
  });

  test("a circle is refused, the same value twice is not", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = { circle };
    expect(() => splitBuffers(circle)).toThrow('refers to itself at ["self","circle"]');
    const twice = { x: 1 };
    expect(splitBuffers({ a: twice, b: twice }).state).toEqual({ a: { x: 1 }, b: { x: 1 } });
  });

  test.each([[["missing", "x"]], [[]], [["__proto__", "polluted"]], [["constructor", "x"]]])(
    "a path from outside that leads nowhere is refused: %j",
    (path) => {
      expect(() => joinBuffers({}, [path], [new Uint8Array(1)])).toThrow(RangeError);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    },
  );
});

// Binary values as text that no other value has, so that two states can be compared as JSON.
function asText(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.join() };
  // Keys in one order: a value that was put back stands last.
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}
