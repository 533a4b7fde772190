import { closeSync, mkdirSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import type { HistoryRequest } from "../wire/history.js";

/** A line of history without the session it belongs to. */
export interface NewLine {
  line: number;
  input: string;
  output: string | null;
}

/** A line of history. */
export interface Line extends NewLine {
  session: number;
}

/** The tables of a history file. Several processes may have the same file open. */
export interface Tables {
  /** A number for a new session. */
  newSession(): number;
  /** Adds lines to a session; a line that is there is replaced. */
  write(session: number, lines: readonly NewLine[]): void;
  /** The number the next session would get. */
  nextSession(): number;
  tail(n: number): Line[];
  /** @param start from the end if negative, as is `stop` */
  range(session: number, start: number, stop: number | null): Line[];
  search(request: Pick<HistoryRequest, "pattern" | "unique" | "n">): Line[];
  close(): void;
}

/** Marks a file as ours: "JkHi". */
const APPLICATION = 0x4a6b4869;

const VERSION = 1;

/** How long another kernel's write may hold this one up, in milliseconds. */
const BUSY_MS = 50;

const SCHEMA = `
CREATE TABLE sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL);
CREATE TABLE lines (
  session INTEGER NOT NULL REFERENCES sessions (session),
  line INTEGER NOT NULL,
  input TEXT NOT NULL,
  output TEXT,
  PRIMARY KEY (session, line)
) WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION};
PRAGMA user_version = ${VERSION};
`;

/**
 * Opens a history file, or makes it; only its owner may read it.
 *
 * @param file a path, or `":memory:"`
 * @throws when it cannot be made, is no history, or is newer than this program
 * @example const tables = openTables(":memory:");
 */
export function openTables(file: string): Tables {
  if (file !== ":memory:") {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
  }
  // Loaded here and not with the module: a kernel that starts has better things to do.
  const Database = createRequire(import.meta.url)("better-sqlite3") as typeof BetterSqlite3;
  const db = new Database(file, { timeout: BUSY_MS });
  try {
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    // First of all: a file of somebody else's must not be changed.
    db.transaction(() => prepareSchema(db)).immediate();
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
  } catch (error) {
    db.close();
    throw error;
  }
  return tablesOf(db);
}

function prepareSchema(db: BetterSqlite3.Database): void {
  const pragma = (name: string): unknown => db.pragma(name, { simple: true });
  const empty = db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (empty) db.exec(SCHEMA);
  if (pragma("application_id") !== APPLICATION) throw new Error("it is no history file");
  if (pragma("user_version") !== VERSION) throw new Error("a newer version wrote it");
}

function tablesOf(db: BetterSqlite3.Database): Tables {
  const put = db.prepare(
    "INSERT OR REPLACE INTO lines (session, line, input, output) VALUES (?, ?, ?, ?)",
  );
  const putAll = db.transaction((session: number, lines: readonly NewLine[]) => {
    for (const { line, input, output } of lines) put.run(session, line, input, output);
  });
  const rows = (sql: string, ...values: unknown[]): Line[] =>
    db.prepare(sql).all(...values) as Line[];
  // Read from the newest on, told from the oldest on. A limit of -1 is none.
  const newest = (sql: string, ...values: unknown[]): Line[] =>
    rows(`${sql} ORDER BY session DESC, line DESC LIMIT ?`, ...values).reverse();

  return {
    newSession() {
      const started = new Date().toISOString();
      const insert = db.prepare("INSERT INTO sessions (started) VALUES (?)");
      return Number(insert.run(started).lastInsertRowid);
    },
    write: (session, lines) => putAll.immediate(session, lines),
    nextSession() {
      const sql = "SELECT coalesce(max(session), 0) + 1 FROM sessions";
      return db.prepare(sql).pluck().get() as number;
    },
    tail: (n) => newest("SELECT * FROM lines", n),
    range(session, start, stop) {
      const sql = "SELECT coalesce(max(line), 0) + 1 FROM lines WHERE session = ?";
      const end = db.prepare(sql).pluck().get(session) as number;
      const from = start < 0 ? start + end : start;
      const to = stop === null ? end : stop < 0 ? stop + end : stop;
      return rows(
        "SELECT * FROM lines WHERE session = ? AND line >= ? AND line < ? ORDER BY line",
        ...[session, from, to],
      );
    },
    search({ pattern = "*", unique = false, n = -1 }) {
      const found = "FROM lines WHERE input GLOB ?";
      if (!unique) return newest(`SELECT * ${found}`, pattern, n);
      // Of equal inputs the newest.
      const ranked = `SELECT *, row_number() OVER (
        PARTITION BY input ORDER BY session DESC, line DESC) AS place ${found}`;
      const sql = `SELECT session, line, input, output FROM (${ranked}) WHERE place = 1`;
      return newest(sql, pattern, n);
    },
    close: () => db.close(),
  };
}
