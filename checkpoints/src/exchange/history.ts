import { prepared } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { findTensor, insertTensor, keepTensors } from "../catalog/stored-tensors.js";
import type { StateDocument } from "../tensors/state.js";
import { ImportConflict } from "../errors/exchange-errors.js";

/** Which part of a store is taken over into another. */
export interface Choice {
  sessions: ReadonlySet<string>;
  runs: ReadonlySet<string>;
  checkpoints: ReadonlySet<string>;
}

/** What was taken over. */
export interface Taken {
  /** By id: the name in the new store, and whether it was there already. */
  sessions: { id: string; name: string; known: boolean }[];
  models: string[];
  runs: number;
  checkpoints: number;
}

/** Names in the new store: the one wanted, or another where it is taken. */
export interface Names {
  session(wanted: string): string;
  model(wanted: string): string;
}

type Row = Record<string, string | number | null>;

/**
 * Copies the rows of a choice from one catalog into another, inside a transaction of the other.
 * What is there already stays. Ids stay; the numbers that say what came after what are given anew,
 * and all that refers to them is changed with them. Runs still at work are copied as interrupted.
 *
 * @throws ImportConflict, and SQLite's errors
 * @example write(target, () => copyHistory(source, target, choice, names));
 */
export function copyHistory(source: Catalog, target: Catalog, choice: Choice, names: Names): Taken {
  target.pragma("defer_foreign_keys = ON");
  const copy = copierOf(source, target);
  const all = {
    sessions: rowsOf(source, "sessions", "number").filter((row) =>
      choice.sessions.has(String(row["id"])),
    ),
    runs: rowsOf(source, "runs", "number").filter((row) => choice.runs.has(String(row["id"]))),
    checkpoints: rowsOf(source, "checkpoints", "number").filter((row) =>
      choice.checkpoints.has(String(row["id"])),
    ),
  };
  const known = new Set(idsIn(target, "sessions"));
  requireSameRuns(target, known, all.runs, sessionNames(source));
  const taken: Taken = { sessions: [], models: [], runs: 0, checkpoints: 0 };
  const now = new Date().toISOString();

  const newSessions = all.sessions.filter((row) => !known.has(String(row["id"])));
  const kept = new Set([...all.checkpoints.map(({ id }) => id), ...idsIn(target, "checkpoints")]);
  const ifKept = (id: unknown) => (kept.has(id as string) ? (id as string) : null);
  for (const row of newSessions) {
    const fork_checkpoint_id = ifKept(row["fork_checkpoint_id"]);
    copy("sessions", { ...row, fork_checkpoint_id });
  }
  for (const row of all.runs) {
    if (has(target, "runs", row["id"])) continue;
    const ended = row["ended_at"] !== null;
    const end: Row = ended ? {} : { status: "interrupted", ended_at: now };
    copy("runs", { ...row, ...end, holder: "none", holder_pid: 0 });
    taken.runs += 1;
  }
  const newCheckpoints = all.checkpoints.filter((row) => !has(target, "checkpoints", row["id"]));
  for (const row of newCheckpoints) {
    copy("checkpoints", {
      ...row,
      parent_checkpoint_id: ifKept(row["parent_checkpoint_id"]),
      second_parent_checkpoint_id: ifKept(row["second_parent_checkpoint_id"]),
    });
    taken.checkpoints += 1;
  }
  renumber(target, all, newSessions, newCheckpoints);

  const given = sessionNames(source);
  for (const { id } of all.sessions) {
    const session_id = String(id);
    const isKnown = known.has(session_id);
    const name = isKnown ? nameIn(target, session_id) : names.session(given.get(session_id)!);
    if (!isKnown) copy("session_names", { name, session_id });
    taken.sessions.push({ id: session_id, name, known: isKnown });
  }
  for (const row of rowsOf(source, "models", "number")) {
    const isChosen =
      row["trash_id"] === null && choice.checkpoints.has(String(row["checkpoint_id"]));
    if (!isChosen || has(target, "models", row["id"])) continue;
    const name = names.model(String(row["name"]));
    copy("models", { ...row, name });
    taken.models.push(name);
  }
  for (const row of rowsOf(source, "events", "number")) {
    if (!choice.sessions.has(String(row["session_id"])) || has(target, "events", row["id"]))
      continue;
    const run_id =
      row["run_id"] !== null && choice.runs.has(String(row["run_id"])) ? row["run_id"]! : null;
    copy("events", { ...row, run_id });
  }
  const added = new Set(newSessions.map(({ id }) => String(id)));
  for (const row of rowsOf(source, "logged", "session_id, step, name")) {
    if (added.has(String(row["session_id"]))) copy("logged", row);
  }
  copyContents(source, target, copy, newCheckpoints);
  return taken;
}

// Tensors, packs and texts that the new checkpoints refer to.
function copyContents(
  source: Catalog,
  target: Catalog,
  copy: (table: string, row: Row) => void,
  checkpoints: readonly Row[],
): void {
  const here = new Set(idsIn(target, "packs"));
  const packs = new Set(checkpoints.map(({ id }) => String(id)));
  const seen = new Set<string>();
  for (const { id, state } of checkpoints) {
    const { tensors, configs } = JSON.parse(String(state)) as StateDocument;
    const digests = new Set(tensors.map((tensor) => tensor.sha256));
    for (const digest of digests) {
      if (seen.has(digest) || findTensor(target, digest)) continue;
      seen.add(digest);
      const tensor = findTensor(source, digest)!;
      // What lies in a pack of this store is for this store to say.
      if (here.has(tensor.pack)) throw new Error(`the pack ${tensor.pack} is another one here`);
      insertTensor(target, tensor);
      packs.add(tensor.pack);
    }
    keepTensors(target, String(id), digests);
    for (const digest of Object.values(configs)) {
      const text = rowOf(source, "configs", "digest", digest);
      if (text && !hasDigest(target, "configs", digest)) copy("configs", text);
    }
  }
  for (const pack of packs) {
    const row = rowOf(source, "packs", "id", pack);
    if (row && !here.has(pack)) copy("packs", row);
  }
}

// What came after what, in the numbers of the new store.
function renumber(
  target: Catalog,
  all: { sessions: Row[]; runs: Row[]; checkpoints: Row[] },
  sessions: readonly Row[],
  checkpoints: readonly Row[],
): void {
  const numbered = (table: string, rows: readonly Row[]) => {
    const find = target.prepare(`SELECT number FROM ${table} WHERE id = ?`).pluck();
    const bySession = new Map<string, { old: number; new: number }[]>();
    for (const row of rows) {
      const session = String(row["session_id"]);
      const pair = { old: Number(row["number"]), new: find.get(row["id"]) as number };
      bySession.set(session, [...(bySession.get(session) ?? []), pair]);
    }
    return (ids: Iterable<string>, upTo: number): number => {
      let newest = 0;
      for (const id of ids) {
        for (const pair of bySession.get(id) ?? []) {
          if (pair.old <= upTo && pair.new > newest) newest = pair.new;
        }
      }
      return newest;
    };
  };
  const runs = numbered("runs", all.runs);
  const merges = numbered(
    "checkpoints",
    all.checkpoints.filter((row) => row["trigger"] === "merge"),
  );
  const parents = new Map(all.sessions.map((row) => [String(row["id"]), row["parent_session_id"]]));
  const setSession = target.prepare(
    "UPDATE sessions SET fork_run_number = ?, fork_merge_number = ? WHERE id = ?",
  );
  for (const row of sessions) {
    const ancestors = new Set<string>();
    let parent = row["parent_session_id"] ?? null;
    while (parent !== null && !ancestors.has(String(parent))) {
      ancestors.add(String(parent));
      parent = parents.get(String(parent)) ?? null;
    }
    const forkRun = runs(ancestors, Number(row["fork_run_number"]));
    setSession.run(forkRun, merges(ancestors, Number(row["fork_merge_number"])), row["id"]);
  }
  const setCheckpoint = target.prepare(
    "UPDATE checkpoints SET after_run = ?, after_merge = ? WHERE id = ?",
  );
  for (const row of checkpoints) {
    const own = [String(row["session_id"])];
    const afterRun = runs(own, Number(row["after_run"]));
    setCheckpoint.run(afterRun, merges(own, Number(row["after_merge"])), row["id"]);
  }
}

function requireSameRuns(
  target: Catalog,
  known: ReadonlySet<string>,
  runs: readonly Row[],
  names: ReadonlyMap<string, string>,
): void {
  const find = target.prepare("SELECT from_step, last_step FROM runs WHERE id = ?");
  for (const run of runs) {
    const sessionId = String(run["session_id"]);
    if (!known.has(sessionId)) continue;
    const here = find.get(run["id"]) as Row | undefined;
    const name = names.get(sessionId) ?? sessionId;
    const conflict = (reason: string) => new ImportConflict({ name, sessionId, reason });
    if (!here) throw conflict("the file has runs of it that are not here");
    if (
      here["from_step"] !== run["from_step"] ||
      Number(here["last_step"]) < Number(run["last_step"])
    ) {
      throw conflict("an older copy of it");
    }
  }
}

function copierOf(source: Catalog, target: Catalog): (table: string, row: Row) => void {
  const columns = new Map<string, string[]>();
  return (table, row) => {
    let names = columns.get(table);
    if (!names) {
      const info = target.prepare("SELECT name FROM pragma_table_info(?)").pluck();
      const there = new Set(
        source.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table) as string[],
      );
      names = (info.all(table) as string[]).filter((name) => name !== "number" && there.has(name));
      columns.set(table, names);
    }
    const values = names.map((name) => row[name] ?? null);
    const marks = names.map(() => "?").join(", ");
    prepared(target, `INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`).run(...values);
  };
}

function rowOf(db: Catalog, table: string, key: string, value: string): Row | undefined {
  return prepared(db, `SELECT * FROM ${table} WHERE ${key} = ?`).get(value) as Row | undefined;
}

function rowsOf(db: Catalog, table: string, order: string): Row[] {
  return db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).all() as Row[];
}

function idsIn(db: Catalog, table: string): string[] {
  return db.prepare(`SELECT id FROM ${table}`).pluck().all() as string[];
}

function has(db: Catalog, table: string, id: unknown): boolean {
  return prepared(db, `SELECT 1 FROM ${table} WHERE id = ?`).get(id) !== undefined;
}

function hasDigest(db: Catalog, table: string, digest: string): boolean {
  return prepared(db, `SELECT 1 FROM ${table} WHERE digest = ?`).get(digest) !== undefined;
}

function sessionNames(db: Catalog): Map<string, string> {
  const rows = db.prepare("SELECT session_id AS id, name FROM session_names").all();
  return new Map((rows as { id: string; name: string }[]).map(({ id, name }) => [id, name]));
}

function nameIn(db: Catalog, id: string): string {
  return db
    .prepare("SELECT name FROM session_names WHERE session_id = ?")
    .pluck()
    .get(id) as string;
}
