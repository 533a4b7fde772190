import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Table } from "apache-arrow";
import type { Catalog } from "../catalog/connection.js";
import { listLogged } from "../catalog/logged.js";
import { listSessions } from "../catalog/sessions.js";
import { timeline } from "../catalog/timeline.js";
import { readRun } from "../metrics/along.js";
import type { Series } from "../folder/layout.js";
import { parquetFromTable } from "../metrics/parquet.js";
import { joinStretches } from "../metrics/columns.js";
import { readSegment } from "../metrics/segment-reader.js";
import { rowsOfTable } from "../snapshots/rows.js";
import { sealedSnapshots } from "../snapshots/sealed.js";
import { appendRows } from "./rows.js";
import type { ColumnTypes } from "./rows.js";

interface CatalogView {
  columns: ColumnTypes;
  rows: string;
}

// What the catalog shows of itself: no digests of others' files, no holders.
const CATALOG: Record<string, CatalogView> = {
  sessions: {
    columns: {
      ...{ id: "VARCHAR", name: "VARCHAR", parent_session_id: "VARCHAR" },
      ...{ root_session_id: "VARCHAR", fork_step: "BIGINT", fork_checkpoint_id: "VARCHAR" },
      ...{ model_kind: "VARCHAR", model_config: "VARCHAR", training_config: "VARCHAR" },
      ...{ data_config: "VARCHAR", attributes: "VARCHAR", created_at: "TIMESTAMPTZ" },
    },
    rows: `SELECT s.id, n.name, s.parent_session_id, s.root_session_id, s.fork_step,
      s.fork_checkpoint_id, s.model_kind, s.model_config, s.training_config, s.data_config,
      s.attributes, s.created_at FROM sessions s JOIN session_names n ON n.session_id = s.id ORDER BY s.number`,
  },
  runs: {
    columns: {
      ...{ id: "VARCHAR", session_id: "VARCHAR", mode: "VARCHAR", status: "VARCHAR" },
      ...{ from_step: "BIGINT", target_step: "BIGINT", last_step: "BIGINT", rows: "BIGINT" },
      ...{ seed: "BIGINT", engine: "VARCHAR", error: "VARCHAR", summary: "VARCHAR" },
      ...{ started_at: "TIMESTAMPTZ", ended_at: "TIMESTAMPTZ" },
    },
    rows: `SELECT id, session_id, mode, status, from_step, target_step, last_step, rows, seed,
      engine, error, summary, started_at, ended_at FROM runs
      WHERE trash_id IS NULL AND session_id IN (SELECT session_id FROM session_names) ORDER BY number`,
  },
  checkpoints: {
    columns: {
      ...{ id: "VARCHAR", session_id: "VARCHAR", run_id: "VARCHAR", step: "BIGINT" },
      ...{ kind: "VARCHAR", trigger: "VARCHAR", parent_checkpoint_id: "VARCHAR" },
      ...{ second_parent_checkpoint_id: "VARCHAR", digest: "VARCHAR", bytes: "BIGINT" },
      created_at: "TIMESTAMPTZ",
    },
    rows: `SELECT id, session_id, run_id, step, kind, trigger, parent_checkpoint_id,
      second_parent_checkpoint_id, digest, bytes, created_at FROM checkpoints
      WHERE trash_id IS NULL AND session_id IN (SELECT session_id FROM session_names) ORDER BY number`,
  },
  models: {
    columns: {
      ...{ id: "VARCHAR", name: "VARCHAR", session_id: "VARCHAR", session: "VARCHAR" },
      ...{ model_kind: "VARCHAR", checkpoint_id: "VARCHAR", step: "BIGINT" },
      ...{ train_loss: "DOUBLE", created_at: "TIMESTAMPTZ" },
    },
    rows: `SELECT m.id, m.name, s.id, n.name, s.model_kind, m.checkpoint_id, c.step, m.train_loss,
      m.created_at FROM models m JOIN checkpoints c ON c.id = m.checkpoint_id
      JOIN sessions s ON s.id = c.session_id JOIN session_names n ON n.session_id = s.id
      WHERE m.trash_id IS NULL ORDER BY m.number`,
  },
  events: {
    columns: {
      ...{ id: "VARCHAR", session_id: "VARCHAR", session: "VARCHAR", run_id: "VARCHAR" },
      ...{ step: "BIGINT", kind: "VARCHAR", data: "VARCHAR", created_at: "TIMESTAMPTZ" },
    },
    rows: `SELECT e.id, e.session_id, n.name, e.run_id, e.step, e.kind, e.data, e.created_at
      FROM events e JOIN session_names n ON n.session_id = e.session_id ORDER BY e.number`,
  },
};

/** The names that a query can read. */
export const VIEWS = [...Object.keys(CATALOG), "metrics", "snapshots"] as const;

// Columns that the views about rows add to those recorded.
const OWN = ["session_id", "session", "run_id", "inherited"];

/**
 * Makes the views that a query names, filled with what the store holds now, rows of live runs
 * included. Files are read here, before the doors are shut.
 *
 * @throws MetricsDamaged, and DuckDB's errors
 * @example await fillViews(connection, db, store, new Set(["metrics"]));
 */
export async function fillViews(
  connection: DuckDBConnection,
  db: Catalog,
  store: string,
  names: ReadonlySet<string>,
): Promise<void> {
  for (const [name, { columns, rows }] of Object.entries(CATALOG)) {
    if (!names.has(name)) continue;
    await appendRows(connection, name, columns, db.prepare(rows).raw().all() as unknown[][]);
  }
  const series = (["metrics", "snapshots"] as const).filter((name) => names.has(name));
  if (series.length === 0) return;
  await fillTimelines(connection, db);
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-sql-"));
  try {
    if (series.includes("metrics")) await fillMetrics(connection, db, store, folder);
    if (series.includes("snapshots")) await fillSnapshots(connection, db, store, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillTimelines(connection: DuckDBConnection, db: Catalog): Promise<void> {
  const rows = listSessions(db).flatMap(({ id, name }) =>
    timeline(db, id).map((part) => [id, name, part.runId, part.from, part.to, part.inherited]),
  );
  const columns: ColumnTypes = {
    ...{ session_id: "VARCHAR", session: "VARCHAR", run_id: "VARCHAR" },
    ...{ from_step: "BIGINT", to_step: "BIGINT", inherited: "BOOLEAN" },
  };
  await appendRows(connection, "timelines", columns, rows);
}

async function fillMetrics(
  connection: DuckDBConnection,
  db: Catalog,
  store: string,
  folder: string,
): Promise<void> {
  const files = await filesOf(db, store, "metrics", folder, (table) =>
    parquetFromTable(joinStretches([{ tables: [table], from: 0, to: Number.MAX_SAFE_INTEGER }])),
  );
  const recorded = await unite(
    connection,
    "recorded_metrics",
    files,
    "step BIGINT, wall TIMESTAMPTZ",
  );
  const logged = await fillLogged(connection, db, recorded);
  const joins = logged.map(
    (name, at) =>
      `LEFT JOIN (SELECT session_id, step, value FROM logged WHERE name = ${literal(name)}) l${at}
         ON l${at}.session_id = t.session_id AND l${at}.step = r.step`,
  );
  const added = logged.map((name, at) => `, l${at}.value AS ${quoted(name)}`);
  await connection.run(
    `CREATE VIEW metrics AS ${selection(recorded)}${added.join("")} FROM timelines t
     JOIN recorded_metrics r ON r.run_id = t.run_id AND r.step BETWEEN t.from_step AND t.to_step
     ${joins.join("\n")}`,
  );
}

async function fillSnapshots(
  connection: DuckDBConnection,
  db: Catalog,
  store: string,
  folder: string,
): Promise<void> {
  const old = await filesOf(db, store, "samples", folder, parquetFromTable);
  const files = await filesOf(db, store, "snapshots", folder, (table) =>
    sealedSnapshots(rowsOfTable(table)),
  );
  const columns = `step BIGINT, wall TIMESTAMPTZ, kind VARCHAR, prompt VARCHAR, "text" VARCHAR,
    tokens STRUCT(token VARCHAR, candidates STRUCT(token VARCHAR, probability DOUBLE)[])[],
    attention STRUCT(layers INTEGER, heads INTEGER, size INTEGER, scales FLOAT[], "values" BLOB),
    points STRUCT("label" VARCHAR, vector FLOAT[])[]`;
  const names = await unite(connection, "recorded_snapshots", [...files, ...old], columns);
  await connection.run("UPDATE recorded_snapshots SET kind = 'sample' WHERE kind IS NULL");
  await connection.run(
    `CREATE VIEW snapshots AS ${selection(names)} FROM timelines t
     JOIN recorded_snapshots r ON r.run_id = t.run_id AND r.step BETWEEN t.from_step AND t.to_step`,
  );
}

interface RunFile {
  runId: string;
  file: string;
}

// The files of a series under plain names: a store's own path may hold what DuckDB reads as a
// pattern. Live segments are copied as Parquet.
async function filesOf(
  db: Catalog,
  store: string,
  series: Series,
  folder: string,
  parquet: (table: Table) => Promise<Uint8Array> | Uint8Array,
): Promise<RunFile[]> {
  const runs = db
    .prepare(
      "SELECT run_id FROM sealed WHERE series = ? UNION SELECT run_id FROM segments WHERE series = ?",
    )
    .pluck()
    .all(series, series) as string[];
  const files: RunFile[] = [];
  const next = (): string => join(folder, `${series}-${files.length}.parquet`);
  for (const runId of runs) {
    await readRun(db, store, runId, series, {
      sealed(file) {
        statSync(file);
        const link = next();
        symlinkSync(file, link);
        files.push({ runId, file: link });
      },
      async segment(file) {
        const table = readSegment(readFileSync(file));
        if (!table) return;
        const copy = next();
        writeFileSync(copy, await parquet(table));
        files.push({ runId, file: copy });
      },
    });
  }
  return files;
}

// One table of the rows of many files, by the names of their columns; gives those names.
async function unite(
  connection: DuckDBConnection,
  table: string,
  files: readonly RunFile[],
  columns: string,
): Promise<string[]> {
  await connection.run(`CREATE TABLE ${table} (${columns}, run_id VARCHAR)`);
  if (files.length > 0) {
    const list = files.map(({ file }) => literal(file)).join(", ");
    const cases = files.map(({ file, runId }) => `(${literal(file)}, ${literal(runId)})`);
    await connection.run(
      `CREATE OR REPLACE TABLE ${table} AS
       SELECT * FROM ${table} UNION ALL BY NAME
       SELECT p.* EXCLUDE (filename), o.run_id
       FROM read_parquet([${list}], union_by_name = true, filename = true) p
       JOIN (VALUES ${cases.join(", ")}) o(file, run_id) ON o.file = p.filename`,
    );
  }
  const reader = await connection.runAndReadAll(
    `SELECT column_name FROM (DESCRIBE ${table}) WHERE column_name <> 'run_id'`,
  );
  return reader.getRows().map(([name]) => String(name));
}

async function fillLogged(
  connection: DuckDBConnection,
  db: Catalog,
  recorded: readonly string[],
): Promise<string[]> {
  // An ancestor's value comes first: the session's own takes its place.
  const values = new Map<string, unknown[]>();
  for (const { id } of listSessions(db)) {
    for (const { step, name, value } of listLogged(db, id, 0, Number.MAX_SAFE_INTEGER)) {
      values.set(`${id} ${step} ${name}`, [id, step, name, value ?? Number.NaN]);
    }
  }
  const columns: ColumnTypes = {
    ...{ session_id: "VARCHAR", step: "BIGINT", name: "VARCHAR", value: "DOUBLE" },
  };
  await appendRows(connection, "logged", columns, [...values.values()]);
  const names = new Set([...values.values()].map(([, , name]) => String(name)));
  return [...names].filter((name) => !recorded.includes(name) && !OWN.includes(name)).sort();
}

// A recorded column with the name of one that the view adds is told apart from it.
function selection(recorded: readonly string[]): string {
  const columns = recorded.map((name) =>
    OWN.includes(name) ? `r.${quoted(name)} AS ${quoted(`recorded_${name}`)}` : `r.${quoted(name)}`,
  );
  return `SELECT t.session_id, t.session, t.run_id, t.inherited, ${columns.join(", ")}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
