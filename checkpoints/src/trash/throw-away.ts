import { OptionInvalid } from "../errors/folder-errors.js";
import { RunNotFound, StillNeeded } from "../errors/entry-errors.js";
import type { NeededBy } from "../errors/entry-errors.js";
import { getCheckpoint } from "../catalog/checkpoints.js";
import { prepared, write } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { getRun } from "../catalog/runs.js";
import { getSession } from "../catalog/sessions.js";
import type { WriterContext } from "../writer/context.js";
import { requireNotTraining } from "../writer/runs-at-work.js";
import { getTrash, TRASH_KINDS } from "./entries.js";
import type { TrashItem, TrashKind, TrashRow } from "./entries.js";
import { entryOf, markRow, putRow, throwModel } from "./marks.js";
import type { TrashTable } from "./marks.js";
import { checkpointNeeds, forkNeed, forksFrom, madeFromRun, modelsOf, placedRun } from "./needs.js";

type Going = Map<TrashKind, Set<string>>;
interface Check {
  item: TrashItem;
  name: string;
  needs: NeededBy[];
}

/**
 * Moves things to the trash, all of them or none. A session goes with its runs, checkpoints and
 * models, a run with the checkpoints made from its states; what lies within another thing of the
 * same call goes with that. Nothing goes that something else, not going too, stands on.
 *
 * @throws SessionNotFound, RunNotFound, CheckpointNotFound, ModelNotFound, SessionBusy while a
 *   session is being trained, StillNeeded, OptionInvalid; then nothing was moved
 * @example throwAway(context, [{ kind: "session", id }])[0]?.bytes
 */
export function throwAway(context: WriterContext, items: readonly TrashItem[]): TrashRow[] {
  const { db, path } = context;
  for (const { kind, id } of items) {
    if (!TRASH_KINDS.includes(kind) || typeof id !== "string") {
      const reason = `must each be { kind, id } with a kind of ${TRASH_KINDS.join(", ")}`;
      throw new OptionInvalid({ option: "items", reason });
    }
  }
  return write(db, () => {
    const going: Going = new Map(TRASH_KINDS.map((kind) => [kind, new Set<string>()]));
    for (const { kind, id } of items) going.get(kind)!.add(id);
    const entries: string[] = [];
    const checks: Check[] = [];
    const now = new Date();
    for (const id of going.get("session")!) {
      requireNotTraining(context, id);
      entries.push(throwSession(db, id, now));
      checks.push({ item: { kind: "session", id }, name: nameIn(db, entries), needs: [] });
    }
    const runs = [...going.get("run")!].map((id) => {
      if (entryOf(db, "runs", getRun(db, id).id) !== null && !covered(db, "runs", id, entries)) {
        throw new RunNotFound({ id });
      }
      return placedRun(db, id);
    });
    // The newest first: what was trained from another run goes before that run.
    for (const run of runs.sort((a, b) => b.number - a.number)) {
      if (covered(db, "runs", run.id, entries)) continue;
      requireNotTraining(context, run.sessionId, run.id);
      entries.push(throwRun(db, run.id, now));
      checks.push({ item: { kind: "run", id: run.id }, name: nameIn(db, entries), needs: [] });
    }
    for (const id of going.get("checkpoint")!) {
      if (covered(db, "checkpoints", id, entries)) continue;
      const row = getCheckpoint(db, id);
      const needs = checkpointNeeds(db, row);
      const { name } = getSession(db, row.sessionId);
      const entry = { itemId: id, name: `${name}, step ${row.step}`, data: row };
      entries.push(putRow(db, "checkpoints", { kind: "checkpoint", ...entry }, now));
      checks.push({ item: { kind: "checkpoint", id }, name: entry.name, needs });
    }
    for (const id of going.get("model")!) {
      if (covered(db, "models", id, entries)) continue;
      entries.push(throwModel(db, id, now));
    }
    for (const check of checks) requireUnneeded(db, check, going);
    return entries.map((id) => getTrash(db, path, id));
  });
}

function throwSession(db: Catalog, id: string, now: Date): string {
  const session = getSession(db, id);
  const models = prepared(
    db,
    `SELECT m.id, m.name FROM models m JOIN checkpoints c ON c.id = m.checkpoint_id
     WHERE c.session_id = ? AND m.trash_id IS NULL`,
  ).all(id) as { id: string; name: string }[];
  const data = { ...session, models };
  const entry = putRow(
    db,
    "sessions",
    { kind: "session", itemId: id, name: session.name, data },
    now,
  );
  for (const model of models) markRow(db, "models", model.id, entry);
  for (const table of ["runs", "checkpoints"] as const) {
    prepared(db, `UPDATE ${table} SET trash_id = ? WHERE session_id = ? AND trash_id IS NULL`).run(
      entry,
      id,
    );
  }
  prepared(db, "DELETE FROM session_names WHERE session_id = ?").run(id);
  return entry;
}

function throwRun(db: Catalog, id: string, now: Date): string {
  const run = getRun(db, id);
  const { name } = getSession(db, run.sessionId);
  const made = madeFromRun(db, placedRun(db, id));
  const label = `${name}, steps ${run.fromStep} to ${run.lastStep}`;
  const entry = putRow(db, "runs", { kind: "run", itemId: id, name: label, data: run }, now);
  for (const checkpoint of made.checkpoints) markRow(db, "checkpoints", checkpoint.id, entry);
  return entry;
}

// Whether a row lies in one of these entries.
function covered(db: Catalog, table: TrashTable, id: string, entries: readonly string[]): boolean {
  const entry = entryOf(db, table, id);
  return entry !== null && entries.includes(entry);
}

function nameIn(db: Catalog, entries: readonly string[]): string {
  const row = prepared(db, "SELECT name FROM trash WHERE id = ?").get(entries.at(-1));
  return (row as { name: string }).name;
}

// Everything that goes is marked by now: what is found standing on it stays.
function requireUnneeded(db: Catalog, { item, name, needs }: Check, going: Going): void {
  const by = [...needs.filter((need) => !going.get(need.kind)!.has(need.id))];
  if (item.kind === "session") {
    const forks = prepared(
      db,
      `SELECT s.id, n.name FROM sessions s JOIN session_names n ON n.session_id = s.id
       WHERE s.parent_session_id = @id OR s.fork_checkpoint_id IN
         (SELECT id FROM checkpoints WHERE session_id = @id)`,
    ).all({ id: item.id }) as { id: string; name: string }[];
    by.push(...forks.map(forkNeed));
  }
  if (item.kind === "run") {
    const made = madeFromRun(db, placedRun(db, item.id));
    for (const { id, fromStep, lastStep } of made.runs) {
      const label = `steps ${fromStep} to ${lastStep}`;
      const why = `the run of the ${label} was trained on from it`;
      by.push({ kind: "run", id, name: label, why });
    }
    by.push(...made.forks.map(forkNeed));
    const gone = prepared(
      db,
      `SELECT id FROM checkpoints WHERE trash_id =
         (SELECT trash_id FROM runs WHERE id = ?)`,
    ).all(item.id) as { id: string }[];
    for (const { id } of gone) by.push(...modelsOf(db, id), ...forksFrom(db, id));
  }
  const distinct = [...new Map(by.map((need) => [need.id, need])).values()];
  if (distinct.length > 0) {
    throw new StillNeeded({ ...item, name, by: distinct, purging: false });
  }
}
