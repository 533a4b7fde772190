import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCheckpoint, addRun, addSession, temporaryCatalog } from "../testing/catalog-rows.js";
import type { TemporaryCatalog } from "../testing/catalog-rows.js";
import { histories, makeWorld } from "../testing/histories.js";
import { deleteCheckpoint } from "./checkpoints.js";
import type { Catalog } from "./connection.js";
import { keyframes, thinnable } from "./keyframes.js";
import { nearestCheckpoint } from "./nearest.js";

let catalog: TemporaryCatalog;
let db: Catalog;
beforeAll(() => {
  catalog = temporaryCatalog();
  ({ db } = catalog);
});
afterAll(() => catalog.remove());

describe("keyframes", () => {
  test("are the steps that need no replay, and bound the longest one", () => {
    fc.assert(
      fc.property(histories, (acts) => {
        for (const { id, states } of makeWorld(db, acts).branches) {
          const seen = keyframes(db, id);
          const found = states.map((_, step) => nearestCheckpoint(db, id, step)?.checkpoint);
          const exact = found.flatMap((row, step) => (row?.step === step ? [step] : []));
          expect(seen).toMatchObject({ steps: exact, count: exact.length, bytes: exact.length });
          const replays = found.map((row, step) => (row ? step - row.step : 0));
          expect(Math.max(...replays)).toBeLessThanOrEqual(seen.longestGap);
        }
      }),
      { numRuns: 200 },
    );
  }, 120_000);

  test("say how far they lie apart, to the end of the timeline", () => {
    const id = addSession(db);
    expect(keyframes(db, id)).toEqual({ count: 0, bytes: 0, longestGap: 0, steps: [] });
    addRun(db, id, 0, 100);
    for (const step of [0, 40, 40, 60]) addCheckpoint(db, id, step, "auto");
    expect(keyframes(db, id)).toEqual({ count: 3, bytes: 3, longestGap: 40, steps: [0, 40, 60] });
    const fork = addSession(db, { parentSessionId: id, forkStep: 50 });
    expect(keyframes(db, fork)).toEqual({ count: 2, bytes: 2, longestGap: 40, steps: [0, 40] });
    addRun(db, id, 60, 200);
    expect(keyframes(db, id).longestGap).toBe(140);
  });
});

describe("thinnable", () => {
  test("leaves what keeps every step of every session reachable", () => {
    fc.assert(
      fc.property(histories, (acts) => {
        const { branches } = makeWorld(db, acts);
        const reachable = () =>
          branches.map(({ id, states }) =>
            states.map((_, step) => nearestCheckpoint(db, id, step) !== null),
          );
        const before = reachable();
        for (const { id } of branches) {
          const rows = thinnable(db, id, 1).filter((row) => !row.needed && !row.fixed);
          for (const row of rows) deleteCheckpoint(db, row.id);
        }
        expect(reachable()).toEqual(before);
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});
