import { expect, test } from "vitest";
import type { TreeState, WireNode } from "@forkpoint/wire";
import { treeSvg, treeText } from "./tree.js";

function node(id: string, parent: string | null, name = id): WireNode {
  return {
    ...{ id, name, parent_id: parent, root_id: "a", fork_step: 0, step: 1234 },
    ...{ best_loss: id === "b" ? 1.5 : null, runs: 1, status: "completed", active_at: "" },
  };
}
const state: TreeState = {
  sessions: [node("a", null), node("b", "a"), node("c", "b"), node("d", "a")],
  merges: [
    { from: "b", into: "a", step: 40 },
    { from: "gone", into: "a", step: 50 },
  ],
  selected: "b",
};

test("the text is a tree of files' shape, with what is merged below", () => {
  expect(treeText(state)).toBe(`base
└─ a        step 1,234 · 1 run
   ├─ b *   step 1,234 · best 1.500 · 1 run
   │  └─ c  step 1,234 · 1 run
   └─ d     step 1,234 · 1 run
merged: b into a at step 40`);
});

test("names are no markup in the picture, and 500 sessions make it no longer than 60", () => {
  const hostile = [node("x", null, `</svg><script>alert("\u0000")</script>`)];
  const picture = treeSvg({ sessions: hostile, merges: [], selected: null });
  expect(picture).not.toMatch(/<script|\u0000/);
  const many = Array.from({ length: 500 }, (_, at) => node(`n${at}`, at ? `n${at - 1}` : null));
  const long = treeSvg({ sessions: many, merges: [], selected: null });
  expect(long).toContain("and 440 more");
  expect(long.match(/<circle/g)).toHaveLength(61);
});
