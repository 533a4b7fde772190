import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { treeRows, type WireNode } from "@forkpoint/wire";
import { improvementOf, nodeColors } from "./colors.js";
import { moveForKey } from "./keys.js";
import { freeName, lineageOf } from "./lineage.js";
import { branchPath, placesFor, ROW } from "./place.js";

function node(id: string, parent: string | null, more: Partial<WireNode> = {}): WireNode {
  return {
    ...{ id, name: id, parent_id: parent, root_id: id[0]!, fork_step: 0, step: 10 },
    ...{ best_loss: null, runs: 1, status: null, active_at: "2026-01-01T00:00:00.000Z" },
    ...more,
  };
}

const family = [
  node("a", null),
  node("a1", "a"),
  node("a2", "a1"),
  node("b", null),
  node("a3", "a"),
];

describe("colours", () => {
  test("the hue is the root's, another root has another, depth gives lighter shades", () => {
    const rows = treeRows(family);
    const colors = nodeColors(rows, "depth");
    const of = (id: string) => colors[rows.findIndex(({ item }) => item.id === id)]!;
    expect(of("a1").hue).toBe(of("a").hue);
    expect(Math.abs(of("b").hue - of("a").hue)).toBeGreaterThan(60);
    expect([of("a"), of("a1"), of("a2"), of("b")].map(({ shade }) => shade)).toEqual([0, 1, 2, 0]);
  });

  test("improvement: green below the parent's best loss, red above, grey where not known", () => {
    const rows = treeRows([
      node("a", null, { best_loss: 2 }),
      node("a1", "a", { best_loss: 1.9 }),
      node("a2", "a", { best_loss: 2.4 }),
      node("a3", "a"),
    ]);
    const [root, better, worse, unknown] = nodeColors(rows, "improvement");
    expect(better!.hue).toBe(150);
    expect(worse!.hue).toBe(27);
    expect(worse!.chroma).toBeGreaterThan(better!.chroma);
    expect([root!.chroma, unknown!.chroma]).toEqual([0.015, 0.015]);
    expect(improvementOf({ best_loss: 1 }, { best_loss: 0 })).toBeNull();
  });

  test("recency: the newest is vivid, the oldest grey", () => {
    const rows = treeRows([
      node("a", null, { active_at: "2026-01-02T00:00:00.000Z" }),
      node("b", null, { active_at: "2026-01-01T00:00:00.000Z" }),
    ]);
    const [vivid, grey] = nodeColors(rows, "recency");
    expect(vivid!.chroma).toBeGreaterThan(5 * grey!.chroma);
  });
});

describe("keys, as an ARIA tree has them", () => {
  const rows = treeRows(family);
  test.each([
    ["ArrowDown", 0, { kind: "go", row: 1 }],
    ["ArrowUp", 0, { kind: "go", row: 0 }],
    ["End", 0, { kind: "go", row: 4 }],
    ["ArrowLeft", 0, { kind: "fold", open: false }],
    ["ArrowLeft", 2, { kind: "go", row: 1 }],
    ["ArrowRight", 0, { kind: "go", row: 1 }],
    ["ArrowRight", 2, { kind: "go", row: 2 }],
    ["Enter", 3, { kind: "choose" }],
    ["x", 0, null],
  ])("%s at line %i", (key, at, move) => expect(moveForKey(key, rows, at)).toEqual(move));

  test("a folded session unfolds before its first child is gone to", () => {
    const folded = treeRows(family, new Set(["a"]));
    expect(moveForKey("ArrowRight", folded, 0)).toEqual({ kind: "fold", open: true });
    expect(moveForKey("ArrowDown", folded, 0)).toEqual({ kind: "go", row: 1 });
  });
});

describe("places and names", () => {
  test("a tree of any depth keeps its drawn part narrow and its children right of their parents", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (deepest) => {
        const places = placesFor(deepest, 200);
        expect(places.width).toBeLessThan(240);
        expect(places.x(deepest)).toBeGreaterThan(places.x(deepest - 1));
        expect(places.x(deepest)).toBeLessThan(places.width);
      }),
    );
  });

  test("a branch begins at its parent's dot and ends at its own", () => {
    const places = placesFor(2, 200);
    const path = branchPath(places, { depth: 2, parent: 0 }, 3);
    expect(path.startsWith(`M${places.x(1)} ${1.5 * ROW}`)).toBe(true);
    expect(path.endsWith(`H${places.x(2)}`)).toBe(true);
  });

  test("the lineage goes from the root down, also in a circle; a fork's name is free", () => {
    expect(lineageOf(family, "a2").map(({ id }) => id)).toEqual(["a", "a1", "a2"]);
    expect(lineageOf([node("x", "y"), node("y", "x")], "x")).toHaveLength(2);
    expect(lineageOf(family, null)).toEqual([]);
    expect(freeName([node("s", null), node("s-2", null)], "s-2")).toBe("s-3");
  });
});
