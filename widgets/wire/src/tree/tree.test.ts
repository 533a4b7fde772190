import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTreeRequest, parseTreeState, treeRows, WireInvalid } from "../index.js";

const item = (id: string, parent_id: string | null = null) => ({ id, parent_id });
const names = (rows: { item: { id: string } }[]): string => rows.map((row) => row.item.id).join("");

// Anyone's parent may be anyone, as a damaged notebook could say.
const anyItems = fc
  .array(fc.integer({ min: -1, max: 12 }), { maxLength: 12 })
  .map((parents) => parents.map((at, id) => item(`${id}`, at < 0 ? null : `${at}`)));

describe("the lines of a tree", () => {
  test("stand behind their parents, in the order given, with depth and place", () => {
    const rows = treeRows([item("a"), item("b", "a"), item("c"), item("d", "a"), item("e", "b")]);
    expect(names(rows)).toBe("abedc");
    expect(rows.map(({ depth }) => depth)).toEqual([1, 2, 3, 2, 1]);
    expect(rows.map(({ parent }) => parent)).toEqual([-1, 0, 1, 0, -1]);
    expect(rows.map(({ descendants }) => descendants)).toEqual([3, 1, 0, 0, 0]);
    expect([rows[3]!.place, rows[3]!.siblings]).toEqual([2, 2]);
  });

  test("what hangs from a folded session is not shown", () => {
    const items = [item("a"), item("b", "a"), item("c", "b"), item("d")];
    const rows = treeRows(items, new Set(["a"]));
    expect(names(rows)).toBe("ad");
    expect(rows[0]).toMatchObject({ open: false, descendants: 2 });
  });

  test("a chain of 2,000 forks is followed to its end", () => {
    const chain = Array.from({ length: 2_000 }, (_, at) => item(`${at}`, at ? `${at - 1}` : null));
    expect(treeRows(chain).at(-1)!.depth).toBe(2000);
  });

  test("hold everyone once, whoever says who the parent is", () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const rows = treeRows(items);
        expect(rows.map((row) => row.item.id).sort()).toEqual(items.map(({ id }) => id).sort());
        for (const [at, { parent, depth }] of rows.entries()) {
          expect(parent).toBeLessThan(at);
          expect(depth).toBe(parent < 0 ? 1 : rows[parent]!.depth + 1);
        }
      }),
    );
  });
});

describe("a tree's messages", () => {
  const node = {
    ...{ id: "s", name: "a", parent_id: null, root_id: "s", fork_step: 0, step: 3 },
    ...{ best_loss: null, runs: 0, status: null, active_at: "2026-01-01T00:00:00.000Z" },
  };
  const state = { sessions: [node], merges: [{ from: "s", into: "t", step: 3 }], selected: "s" };

  test("a state is taken as it is, a damaged one refused", () => {
    expect(parseTreeState({ ...state, text: "" })).toEqual(state);
    for (const change of [{ step: -1 }, { best_loss: NaN }, { status: "asleep" }, { name: 1 }])
      expect(() => parseTreeState({ ...state, sessions: [{ ...node, ...change }] })).toThrow(
        WireInvalid,
      );
  });

  test("requests keep only what belongs to their action", () => {
    const fork = { id: "1", action: "fork", session_id: "s", name: "hot", learning_rate: 0.1 };
    expect(parseTreeRequest({ ...fork, extra: 1 })).toEqual(fork);
    expect(parseTreeRequest({ ...fork, action: "select" })).toEqual({
      ...{ id: "1", action: "select", session_id: "s" },
    });
    expect(() => parseTreeRequest({ ...fork, name: 3 })).toThrow(WireInvalid);
    expect(() => parseTreeRequest({ ...fork, action: "delete" })).toThrow(WireInvalid);
  });
});
