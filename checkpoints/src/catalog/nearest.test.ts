import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCheckpoint, addRun, addSession, temporaryCatalog } from "../testing/catalog-rows.js";
import type { TemporaryCatalog } from "../testing/catalog-rows.js";
import type { Act } from "../testing/histories.js";
import { histories, makeWorld, reaching, within } from "../testing/histories.js";
import type { Catalog } from "./connection.js";
import { ownerOf } from "./lineage.js";
import { nearestCheckpoint } from "./nearest.js";

const RUNS = process.env["FORKPOINT_LONG"] ? 10_000 : 150;

let catalog: TemporaryCatalog;
let db: Catalog;
beforeAll(() => {
  catalog = temporaryCatalog();
  ({ db } = catalog);
});
afterAll(() => catalog.remove());

// A state from before a merge is saved behind it, and replayed from by a fork that knows no merge.
const savedAfterAMerge = [
  { kind: "run", branch: 0, at: 0, steps: 1, named: false },
  { kind: "fork", branch: 0, at: 1, steps: 0, named: false },
  { kind: "merge", branch: 0, at: 1, steps: 0, named: false },
  { kind: "save", branch: 0, at: 0, steps: 0, named: false },
  { kind: "replay", branch: 1, at: 1, steps: 0, named: false },
] satisfies Act[];

describe("nearestCheckpoint", () => {
  test("is the last one that training under one session's settings leads from to the step", () => {
    fc.assert(
      fc.property(histories, (acts) => {
        const world = makeWorld(db, acts);
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
      { numRuns: RUNS, examples: [[savedAfterAMerge]] },
    );
  }, 300_000);

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
