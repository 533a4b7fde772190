import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCheckpoint, addRun, addSession, temporaryCatalog } from "../testing/catalog-rows.js";
import type { TemporaryCatalog } from "../testing/catalog-rows.js";
import type { Catalog } from "./connection.js";
import { setRunRows } from "./runs.js";
import { timeline } from "./timeline.js";
import { latestCheckpoint } from "./visible.js";

let catalog: TemporaryCatalog;
let db: Catalog;
beforeAll(() => {
  catalog = temporaryCatalog();
  ({ db } = catalog);
});
afterAll(() => catalog.remove());

const session = (parent: string | null, forkStep: number): string =>
  addSession(db, { parentSessionId: parent, forkStep });
const run = (sessionId: string, fromStep: number, lastStep: number): string =>
  addRun(db, sessionId, fromStep, lastStep);
const checkpoint = (sessionId: string, step: number): string => addCheckpoint(db, sessionId, step);

// One world: sessions that run, are resumed, and fork; each session's history as a plain list of
// which run recorded which step.
type Act =
  | { kind: "run"; session: number; from: number; steps: number }
  | { kind: "fork"; session: number; at: number };
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      session: fc.nat(),
      from: fc.nat(),
      steps: fc.nat(30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("fork" as const), session: fc.nat(), at: fc.nat() }),
  },
);

describe("timeline", () => {
  test("says for every step of every session which run recorded it", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
        const histories = [{ id: session(null, 0), steps: [] as string[] }];
        for (const next of acts) {
          const chosen = histories[next.session % histories.length]!;
          const top = Math.max(0, chosen.steps.length - 1);
          if (next.kind === "fork") {
            const at = next.at % (top + 1);
            const id = session(chosen.id, at);
            histories.push({ id, steps: chosen.steps.slice(0, at + 1) });
          } else {
            const from = next.from % (top + 1);
            const id = run(chosen.id, from, from + next.steps);
            const kept = chosen.steps.slice(0, from + 1);
            while (kept.length <= from + next.steps) kept.push(id);
            chosen.steps = kept;
          }
        }
        for (const { id, steps } of histories) {
          const parts = timeline(db, id);
          const seen = parts.flatMap((part) =>
            Array.from({ length: part.to - part.from + 1 }, (_, index) => [
              part.from + index,
              part.runId,
            ]),
          );
          expect(seen).toEqual(steps.map((owner, step) => [step, owner]));
          for (const part of parts) expect(part.inherited).toBe(part.sessionId !== id);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("a run that was killed before its first row claims no step, whatever it began at", () => {
    const id = session(null, 0);
    const killed = (from: number): void => setRunRows(db, run(id, from, from), 0);
    killed(0);
    expect(timeline(db, id)).toEqual([]);
    killed(0);
    const first = run(id, 0, 40);
    killed(20);
    const parts = () => timeline(db, id).map(({ runId, from, to }) => ({ runId, from, to }));
    // Training stands at 20 since then.
    expect(parts()).toEqual([{ runId: first, from: 0, to: 20 }]);
    const second = run(id, 20, 30);
    expect(parts()).toEqual([
      { runId: first, from: 0, to: 20 },
      { runId: second, from: 21, to: 30 },
    ]);
  });

  test("of an unknown session is an error", () => {
    expect(() => timeline(db, "none")).toThrow(
      expect.objectContaining({ code: "SessionNotFound" }),
    );
  });
});

describe("latestCheckpoint", () => {
  test("takes the highest step, then the newest, that no later run has hidden", () => {
    const id = session(null, 0);
    run(id, 0, 100);
    const early = checkpoint(id, 40);
    checkpoint(id, 90);
    const late = checkpoint(id, 90);
    expect(latestCheckpoint(db, id)?.id).toBe(late);
    expect(latestCheckpoint(db, id, 89)?.id).toBe(early);
    expect(latestCheckpoint(db, id, 39)).toBeNull();
    run(id, 40, 60);
    expect(latestCheckpoint(db, id)?.id).toBe(early);
    const newer = checkpoint(id, 60);
    expect(latestCheckpoint(db, id)?.id).toBe(newer);
    expect(latestCheckpoint(db, session(id, 60))).toBeNull();
  });
});
