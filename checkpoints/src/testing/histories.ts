// Random histories of a store, and beside them what each step of each session should be.
import fc from "fast-check";
import type { CheckpointTrigger } from "../catalog/checkpoints.js";
import type { Catalog } from "../catalog/connection.js";
import { nearestCheckpoint } from "../catalog/nearest.js";
import { placeOfReplay } from "../catalog/placing.js";
import { advanceRun } from "../catalog/runs.js";
import { addCheckpoint, addRun, addSession } from "./catalog-rows.js";

/** A state that training can be in: the one before it, and the session whose settings led here. */
export interface State {
  before: State | null;
  owner: string;
}
/** A session and its history as plain lists. */
export interface Branch {
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
/** What a store should hold. */
export interface World {
  branches: Branch[];
  checkpoints: Saved[];
}
/** A checkpoint, what it holds, and the session that it belongs to. */
export interface Saved {
  id: string;
  step: number;
  state: State;
  by: string;
}

/** Something that happens to one of the branches; numbers are taken modulo what there is. */
export interface Act {
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

/** Histories of runs, crashes, forks, saves, replays and merges. */
export const histories = fc.array(act, { maxLength: 16 });

function train({ id, states }: Branch, to: number): void {
  while (states.length <= to) states.push({ before: states.at(-1)!, owner: id });
}

function save(
  db: Catalog,
  world: World,
  branch: Branch,
  step: number,
  trigger: CheckpointTrigger = "auto",
): void {
  const state = branch.states[step]!;
  const by = branch.id;
  world.checkpoints.push({ id: addCheckpoint(db, by, step, trigger), step, state, by });
}

function perform(db: Catalog, world: World, next: Act): void {
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
      return save(db, world, branch, ownStep(branch, next.at));
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
      return save(db, world, branch, step, "merge");
    }
  }
}

/** Whether a checkpoint belongs to the line of a branch. @example within(branch, saved) */
export function within({ line }: Branch, { by, step }: Saved): boolean {
  return step >= (line.get(by) ?? Infinity);
}

// A step of the branch's own, or the one that it began with.
function ownStep({ id, states }: Branch, at: number): number {
  const top = states.length - 1;
  const first = states.findIndex((state) => state.owner === id);
  const own = first === -1 ? top : first;
  return own + (at % (top - own + 1));
}

/** The states from which training under the settings that led to `state` leads to it. @example [...reaching(state)] */
export function* reaching(state: State): Generator<State> {
  yield state;
  for (let at = state; at.before && at.owner === state.owner; at = at.before) yield at.before;
}

/** Makes a history happen in a catalog. @example const world = makeWorld(db, acts); */
export function makeWorld(db: Catalog, acts: readonly Act[]): World {
  const id = addSession(db);
  const run = addRun(db, id, 0, 0);
  const world: World = {
    branches: [{ id, line: new Map([[id, 0]]), states: [{ before: null, owner: id }], run }],
    checkpoints: [],
  };
  for (const next of acts) perform(db, world, next);
  return world;
}
