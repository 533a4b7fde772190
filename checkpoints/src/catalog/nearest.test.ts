import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { addCheckpoint, addRun, addSession } from "../testing/catalog-rows.js";
import { temporaryFolder } from "../testing/fixtures.js";
import type { CheckpointTrigger } from "./checkpoints.js";
import { openForWriting } from "./connection.js";
import type { Catalog } from "./connection.js";
import { ownerOf } from "./lineage.js";
import { nearestCheckpoint } from "./nearest.js";
import { placeOfReplay } from "./placing.js";
import { advanceRun } from "./runs.js";

const RUNS = process.env["FORKPOINT_LONG"] ? 10_000 : 300;

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
  /**
   * Itself and its ancestors as it left them, and where each began: what they save at steps before,
   * or a descendant saves, is no business of its.
   */
  line: Map<string, number>;
  /** By step, inherited ones included. */
  states: State[];
  run: string | null;
}
interface World {
  branches: Branch[];
  checkpoints: Saved[];
}
interface Saved {
  id: string;
  step: number;
  state: State;
  by: string;
}

interface Act {
  kind: "run" | "goOn" | "fork" | "save" | "replay" | "merge";
  branch: number;
  at: number;
  steps: number;
  /** Whether a fork names the checkpoint that it begins with. */
  named: boolean;
}
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("run" as const, "fork" as const) },
    { weight: 2, arbitrary: fc.constantFrom("goOn" as const, "merge" as const) },
    { weight: 4, arbitrary: fc.constantFrom("save" as const, "replay" as const) },
  ),
  ...{ branch: fc.nat(), at: fc.nat(), steps: fc.nat(12), named: fc.boolean() },
});

function train({ id, states }: Branch, to: number): void {
  while (states.length <= to) states.push({ before: states.at(-1)!, owner: id });
}

function save(
  world: World,
  branch: Branch,
  step: number,
  trigger: CheckpointTrigger = "auto",
): void {
  const state = branch.states[step]!;
  const by = branch.id;
  world.checkpoints.push({ id: addCheckpoint(db, by, step, trigger), step, state, by });
}

function perform(world: World, next: Act): void {
  const branch = world.branches[next.branch % world.branches.length]!;
  const top = branch.states.length - 1;
  switch (next.kind) {
    // A run from the last step is a resume, from an earlier one what follows a crash.
    case "run": {
      const from = next.at % (top + 1);
      branch.line.set(branch.id, Math.min(from, branch.line.get(branch.id)!));
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
        (checkpoint) => checkpoint.state === state && within(branch, checkpoint),
      );
      const forkCheckpointId = next.named ? (saved?.id ?? null) : null;
      const id = addSession(db, { parentSessionId: branch.id, forkStep: at, forkCheckpointId });
      const line = new Map([...branch.line, [id, at]]);
      world.branches.push({ id, line, states: branch.states.slice(0, at + 1), run: null });
      return;
    }
    case "save":
      return save(world, branch, ownStep(branch, next.at));
    // Any step of the past, inherited ones too, as whoever replays it knows it.
    case "replay": {
      const step = next.at % (top + 1);
      const from = nearestCheckpoint(db, branch.id, step);
      if (!from) return;
      const parents = { first: from.checkpoint.id };
      const place = placeOfReplay(db, { sessionId: branch.id, runId: null, step, parents });
      const id = addCheckpoint(db, branch.id, step, "replay", place);
      const state = branch.states[step]!;
      world.checkpoints.push({ id, step, state, by: place.sessionId });
      return;
    }
    // At the last step, or at the earlier one that the session was put back to.
    case "merge": {
      const step = next.named ? top : ownStep(branch, next.at);
      if (step < top) branch.run = null;
      branch.states.length = step + 1;
      branch.states[step] = { before: null, owner: branch.states[step]!.owner };
      return save(world, branch, step, "merge");
    }
  }
}

function within({ line }: Branch, { by, step }: Saved): boolean {
  return step >= (line.get(by) ?? Infinity);
}

// A step of the branch's own, or the one that it began with.
function ownStep({ id, states }: Branch, at: number): number {
  const top = states.length - 1;
  const first = states.findIndex((state) => state.owner === id);
  const own = first === -1 ? top : first;
  return own + (at % (top - own + 1));
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
    branches: [{ id, line: new Map([[id, 0]]), states: [{ before: null, owner: id }], run }],
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
        for (const branch of world.branches) {
          const { id, states } = branch;
          for (const [step, state] of states.entries()) {
            const sources = [...reaching(state)];
            const usable = world.checkpoints.filter(
              (saved) => sources.includes(saved.state) && within(branch, saved),
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
      { numRuns: RUNS },
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

  test("after a merge begins with it or not at all", () => {
    const id = addSession(db);
    addRun(db, id, 0, 50);
    const [early, before] = [10, 40].map((step) => addCheckpoint(db, id, step));
    const forked = addSession(db, { parentSessionId: id, forkStep: 40 });
    const merge = addCheckpoint(db, id, 40, "merge");
    addRun(db, id, 40, 60);
    const nearest = (session: string, step: number, ...except: string[]) =>
      nearestCheckpoint(db, session, step, except)?.checkpoint.id;
    expect([39, 40, 55].map((step) => nearest(id, step))).toEqual([early, merge, merge]);
    expect([40, 55].map((step) => nearest(id, step, merge))).toEqual([undefined, undefined]);
    expect([40, 55].map((step) => nearest(forked, step))).toEqual([before, before]);
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
