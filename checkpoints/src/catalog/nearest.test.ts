import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { addCheckpoint, addRun, addSession } from "../testing/catalog-rows.js";
import { temporaryFolder } from "../testing/fixtures.js";
import { openForWriting } from "./connection.js";
import type { Catalog } from "./connection.js";
import { ownerOf } from "./lineage.js";
import { nearestCheckpoint } from "./nearest.js";
import { advanceRun } from "./runs.js";

let folder: { path: string; remove(): void };
let db: Catalog;
beforeAll(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "leases"));
  db = openForWriting(folder.path);
});
afterAll(() => {
  db.close();
  folder.remove();
});

// A state that training can be in: the one before it, and the session whose settings led here.
interface State {
  before: State | null;
  owner: string;
}
interface Branch {
  id: string;
  /** Itself and its ancestors: a descendant's copy of an inherited state is no business of theirs. */
  line: string[];
  /** By step, inherited ones included. */
  states: State[];
  run: string | null;
}
interface World {
  branches: Branch[];
  checkpoints: { id: string; step: number; state: State; by: string }[];
}

interface Act {
  kind: "run" | "goOn" | "fork" | "save";
  branch: number;
  at: number;
  steps: number;
  /** Whether a fork names the checkpoint that it begins with. */
  named: boolean;
}
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("run" as const, "fork" as const) },
    { weight: 1, arbitrary: fc.constant("goOn" as const) },
    { weight: 3, arbitrary: fc.constant("save" as const) },
  ),
  ...{ branch: fc.nat(), at: fc.nat(), steps: fc.nat(12), named: fc.boolean() },
});

function train({ id, states }: Branch, to: number): void {
  while (states.length <= to) states.push({ before: states.at(-1)!, owner: id });
}

function save(world: World, branch: Branch, step: number): void {
  const state = branch.states[step]!;
  const by = branch.id;
  world.checkpoints.push({ id: addCheckpoint(db, by, step), step, state, by });
}

function perform(world: World, next: Act): void {
  const branch = world.branches[next.branch % world.branches.length]!;
  const top = branch.states.length - 1;
  switch (next.kind) {
    // A run from the last step is a resume, from an earlier one what follows a crash.
    case "run": {
      const from = next.at % (top + 1);
      branch.run = addRun(db, branch.id, from, from + next.steps);
      branch.states.length = from + 1;
      return train(branch, from + next.steps);
    }
    // The newest run is still at work: what was forked meanwhile does not see it.
    case "goOn": {
      if (branch.run === null) return;
      advanceRun(db, branch.run, top + next.steps, 0);
      return train(branch, top + next.steps);
    }
    case "fork": {
      const at = next.at % (top + 1);
      const state = branch.states[at]!;
      const saved = world.checkpoints.find(
        (checkpoint) => checkpoint.state === state && branch.line.includes(checkpoint.by),
      );
      const forkCheckpointId = next.named ? (saved?.id ?? null) : null;
      const id = addSession(db, { parentSessionId: branch.id, forkStep: at, forkCheckpointId });
      const line = [...branch.line, id];
      world.branches.push({ id, line, states: branch.states.slice(0, at + 1), run: null });
      return;
    }
    case "save": {
      // A step that is the branch's own, the last one or one replayed.
      const first = branch.states.findIndex((state) => state.owner === branch.id);
      const own = first === -1 ? top : first;
      return save(world, branch, own + (next.at % (top - own + 1)));
    }
  }
}

// The states from which training under the settings that led to `state` leads to it.
function* reaching(state: State): Generator<State> {
  yield state;
  for (let at = state; at.before && at.owner === state.owner; at = at.before) yield at.before;
}

function makeWorld(acts: readonly Act[]): World {
  const id = addSession(db);
  const run = addRun(db, id, 0, 0);
  const world: World = {
    branches: [{ id, line: [id], states: [{ before: null, owner: id }], run }],
    checkpoints: [],
  };
  for (const next of acts) perform(world, next);
  return world;
}

describe("nearestCheckpoint", () => {
  test("is the last one that training under one session's settings leads from to the step", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 16 }), (acts) => {
        const world = makeWorld(acts);
        for (const { id, line, states } of world.branches) {
          for (const [step, state] of states.entries()) {
            const sources = [...reaching(state)];
            const usable = world.checkpoints.filter(
              (saved) => sources.includes(saved.state) && line.includes(saved.by),
            );
            const best = Math.max(...usable.map((saved) => saved.step));
            const found = nearestCheckpoint(db, id, step);
            if (usable.length === 0) expect(found).toBeNull();
            else {
              const right = usable.filter((saved) => saved.step === best).map((saved) => saved.id);
              expect(right).toContain(found?.checkpoint.id);
              if (best < step) expect(found?.owner.id).toBe(state.owner);
            }
            expect(ownerOf(db, id, step).id).toBe(state.owner);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("of two at one step is the newer, and passes over what it is told to", () => {
    const id = addSession(db);
    addRun(db, id, 0, 50);
    const [early, older, newer] = [10, 40, 40].map((step) => addCheckpoint(db, id, step));
    const nearest = (...except: string[]) => nearestCheckpoint(db, id, 45, except)?.checkpoint.id;
    expect(nearest()).toBe(newer);
    expect(nearest(newer!)).toBe(older);
    expect(nearest(newer!, older!)).toBe(early);
    expect(nearest(newer!, older!, early!)).toBeUndefined();
  });

  test("after a fork begins with the state of the fork, though the parent saved it", () => {
    const parent = addSession(db);
    addRun(db, parent, 0, 50);
    addCheckpoint(db, parent, 20);
    const base = addCheckpoint(db, parent, 30);
    const fork = addSession(db, { parentSessionId: parent, forkStep: 30, forkCheckpointId: base });
    addRun(db, fork, 30, 60);
    expect(nearestCheckpoint(db, fork, 55)).toMatchObject({
      checkpoint: { id: base },
      owner: { id: fork },
    });
    expect(nearestCheckpoint(db, fork, 29)).toMatchObject({
      checkpoint: { step: 20 },
      owner: { id: parent },
    });
    const astray = addSession(db, { parentSessionId: parent, forkStep: 35 });
    expect(nearestCheckpoint(db, astray, 35)?.checkpoint.id).toBe(base);
    expect(nearestCheckpoint(db, astray, 36)).toBeNull();
  });

  test.each([-1, 1.5, Number.NaN])("refuses %d for a step", (step) => {
    const refusal = expect.objectContaining({ code: "OptionInvalid" });
    const id = addSession(db);
    expect(() => nearestCheckpoint(db, id, step)).toThrow(refusal);
    expect(() => ownerOf(db, id, step)).toThrow(refusal);
  });
});
