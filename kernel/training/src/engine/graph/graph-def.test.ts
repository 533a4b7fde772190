import { describe, expect, test } from "vitest";
import { constant, decodeGraph, encodeGraph } from "./graph-def.js";
import type { GraphNode } from "./graph-def.js";
import { prune } from "./prune.js";

const nodes: GraphNode[] = [
  constant("c", 1, [2], new Uint8Array(Float32Array.of(1, -2).buffer)),
  { name: "x", op: "Placeholder", input: [], attr: { dtype: { type: 1 } } },
  {
    name: "sum",
    op: "Sum",
    input: ["x:0", "c:0"],
    attr: { T: { type: 1 }, keep_dims: { b: false }, list: { list: { i: [-1, 3] } } },
  },
];

describe("a graph", () => {
  test("reads back as it was written, and is the same bytes for the same nodes", () => {
    const bytes = encodeGraph(nodes);
    const again = decodeGraph(bytes);
    expect(again.map(({ name, op, input }) => [name, op, input])).toEqual(
      nodes.map(({ name, op, input }) => [name, op, input]),
    );
    expect(again[2]!.attr["keep_dims"]).toEqual({ b: false });
    expect(again[2]!.attr["list"]!.list!.i).toEqual([-1, 3]);
    expect(encodeGraph(again)).toEqual(bytes);
  });

  test.each(["ReadFile", "WriteFile", "PyFunc", "LoadAndRemapMatrix", "PartitionedCall"])(
    "with the op %j is refused, when written and when read",
    (op) => {
      const bad = { name: "bad", op, input: [], attr: {} };
      const refused = expect.objectContaining({
        code: "GraphOpRefused",
        data: { op, node: "bad" },
      });
      expect(() => encodeGraph([...nodes, bad])).toThrow(refused);
      // As another program would write it: the same bytes with another op's name.
      const harmless = Buffer.from(encodeGraph([{ ...bad, op: "Neg" }])).toString("latin1");
      const length = String.fromCharCode(op.length);
      const grown = Buffer.from(harmless.replace("\x12\x03Neg", `\x12${length}${op}`), "latin1");
      grown[1] = grown[1]! + op.length - 3;
      expect(() => decodeGraph(grown)).toThrow(refused);
    },
  );

  test("that is no graph is a typed error", () => {
    expect(() => decodeGraph(Uint8Array.of(10, 200, 1, 2))).toThrow(
      expect.objectContaining({ code: "GraphUnreadable" }),
    );
  });

  test("keeps only what its outputs need", () => {
    expect(prune(nodes, ["x:0"]).map(({ name }) => name)).toEqual(["x"]);
    expect(prune(nodes, ["sum"])).toEqual(nodes);
  });
});
