import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
  temporaryFolder,
  wallOf,
} from "../testing/fixtures.js";

let folder: { path: string; remove(): void };
let store: Store;
let sonnets: SessionRow;
beforeAll(async () => {
  folder = temporaryFolder();
  store = await openStore({ from: folder.path });
  sonnets = await store.writer.createSession(sessionInput("sonnets"));
  const run = await store.writer.startRun(runInput(sonnets.id));
  const append = (runId: string, chunk: Uint8Array) => store.writer.appendMetrics({ runId, chunk });
  await append(run.id, metricsStream(lossRows(0, 50, 1)));
  await store.writer.appendSnapshots({
    runId: run.id,
    snapshots: [
      { step: 0, kind: "sample", prompt: "Shall", text: "I" },
      {
        ...{ step: 10, kind: "probabilities", prompt: "" },
        tokens: [{ token: "S", candidates: [{ token: "h", probability: 0.75 }] }],
      },
    ],
  });
  const checkpoint = checkpointInput(sonnets.id, 50, { w: [1] }, { runId: run.id });
  await store.writer.saveCheckpoint({ ...checkpoint, model: { name: "Model 1", trainLoss: 1.5 } });
  await store.writer.finishRun({ runId: run.id, status: "completed", step: 50 });
  const forked = sessionInput("hot", { parentSessionId: sonnets.id, forkStep: 20 });
  const hot = await store.writer.createSession(forked);
  await store.writer.appendEvent({ sessionId: hot.id, step: 20, kind: "fork", data: { at: 20 } });
  const live = await store.writer.startRun(runInput(hot.id, { mode: "forked", fromStep: 20 }));
  const own = { step: BigInt64Array.of(21n, 22n), train_loss: [9, 8], session: ["x", "y"] };
  const table = tableFromArrays({ ...own, train_loss: Float64Array.of(9, 8) });
  await append(live.id, tableToIPC(table, "stream"));
  await store.writer.logValues({
    sessionId: hot.id,
    rows: [{ step: 21, values: { probe: 0.25 } }],
  });
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

describe("store.sql", () => {
  test("answers over metrics along each timeline, live rows and logged columns included", async () => {
    interface Row {
      session: string;
      steps: number;
      last: number;
      inherited: number;
    }
    const rows = await store.sql<Row>(
      `select session, count(*) steps, max(step) "last", count(*) filter (inherited) inherited
       from metrics group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { session: "hot", steps: 23, last: 22, inherited: 21 },
      { session: "sonnets", steps: 51, last: 50, inherited: 0 },
    ]);
    expect(
      await store.sql("select * from metrics where session = ? and step > 20 order by step", {
        values: ["hot"],
      }),
    ).toMatchObject([
      { step: 21, train_loss: 9, probe: 0.25, recorded_session: "x", wall: null },
      { step: 22, train_loss: 8, probe: null, recorded_session: "y" },
    ]);
    const [first] = await store.sql("select wall from metrics where step = 7 limit 1");
    expect(first).toEqual({ wall: new Date(wallOf(7)) });
  });

  test("answers over the other views", async () => {
    expect(
      await store.sql(`select s.name, m.name model, c.step, r.status, e.kind
        from sessions s left join models m on m.session_id = s.id
        left join checkpoints c on c.id = m.checkpoint_id
        left join runs r on r.session_id = s.id left join events e on e.session_id = s.id
        order by s.created_at`),
    ).toEqual([
      { name: "sonnets", model: "Model 1", step: 50, status: "completed", kind: null },
      { name: "hot", model: null, step: null, status: "running", kind: "fork" },
    ]);
    expect(
      await store.sql(`select session, step, kind, "text", tokens[1].candidates[1] c
        from snapshots where session = 'hot' order by step`),
    ).toEqual([
      { session: "hot", step: 0, kind: "sample", text: "I", c: null },
      ...[{ session: "hot", step: 10, kind: "probabilities", text: null }].map((row) => ({
        ...row,
        c: { token: "h", probability: 0.75 },
      })),
    ]);
    expect((await store.sql("show tables")).length).toBeGreaterThan(6);
    expect(await store.sql("describe metrics")).toContainEqual(
      expect.objectContaining({ column_name: "train_loss", column_type: "DOUBLE" }),
    );
  });

  test("gives an Arrow table when asked for one", async () => {
    const table = await store.sql(
      "select step, train_loss, inherited, wall, session from metrics order by session, step",
      { as: "arrow" },
    );
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "step Int64",
      "train_loss Float64",
      "inherited Bool",
      "wall Timestamp<MILLISECOND, UTC>",
      "session Utf8",
    ]);
    expect(table.numRows).toBe(74);
    expect(table.get(22)!.toJSON()).toMatchObject({ step: 22n, train_loss: 8, inherited: false });
    const none = await store.sql("select step from metrics where false", { as: "arrow" });
    expect([none.numRows, none.numCols]).toEqual([0, 1]);
  });

  test("says in DuckDB's words what is wrong with a query", async () => {
    const failed = (words: RegExp) => ({
      code: "SqlFailed",
      data: { words: expect.stringMatching(words) },
    });
    await expect(store.sql("selec 1")).rejects.toMatchObject(failed(/syntax error/));
    await expect(store.sql("select nope from metrics")).rejects.toMatchObject(failed(/nope/));
    await expect(store.sql("select * from trash")).rejects.toMatchObject(failed(/trash/));
    await expect(store.sql("select 1 / ?")).rejects.toMatchObject({ code: "SqlFailed" });
    for (const bad of [{ timeoutMs: 0 }, { rows: 1 }, { as: "csv" }]) {
      const asked = store.sql("select 1", bad as never);
      await expect(asked).rejects.toMatchObject({ code: "OptionInvalid" });
    }
  });

  test("stops a query at its time, and at its memory", async () => {
    const endless =
      "select count(*) from range(1000000) a, range(1000000) b where a.range < b.range";
    const began = Date.now();
    await expect(store.sql(endless, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "SqlTimedOut",
      data: { timeoutMs: 300 },
    });
    expect(Date.now() - began).toBeLessThan(10_000);
    const wide = "select list(range) l from range(100000000)";
    await expect(store.sql(wide, { memoryMb: 32 })).rejects.toMatchObject({ code: "SqlTooLarge" });
    const long = store.sql("select * from range(100000)", { maxRows: 1000 });
    await expect(long).rejects.toMatchObject({ code: "SqlTooLarge" });
    expect(await store.sql("select 1 as one")).toEqual([{ one: 1 }]);
  });

  const out = () => join(folder.path, "out.csv");
  const secret = () => join(folder.path, "secret.csv");
  test.each<[string, () => string]>([
    ["copying out", () => `copy (select 1) to '${out()}'`],
    ["copying in", () => `copy sessions from '${secret()}'`],
    ["exporting", () => `export database '${folder.path}/db'`],
    ["reading a file by name", () => `select * from '${secret()}'`],
    ["read_csv", () => "select * from read_csv('/etc/passwd')"],
    ["read_text", () => "select content from read_text('/etc/passwd')"],
    ["read_blob", () => `select * from read_blob('${secret()}')`],
    ["read_parquet over a URL", () => "select * from read_parquet('https://example.org/x')"],
    ["glob", () => "select * from glob('/etc/*')"],
    ["sniffing", () => `select * from sniff_csv('${secret()}')`],
    ["the catalog itself", () => `select * from read_blob('${store.path}/catalog.sqlite')`],
    ["attaching", () => `attach '${folder.path}/x.db'`],
    ["installing", () => "install httpfs"],
    ["loading", () => "load httpfs"],
    ["setting", () => "set enable_external_access = true"],
    ["resetting", () => "reset lock_configuration"],
    ["a pragma", () => "pragma memory_limit='100GB'"],
    ["a secret", () => "create secret (type s3, key_id 'x', secret 'y')"],
    ["a table", () => "create table mine as select 1"],
    ["a change", () => "update sessions set name = 'x'"],
    ["an insert", () => "insert into sessions(name) values ('x')"],
    ["dropping", () => "drop view metrics"],
    ["a call", () => "call pragma_version()"],
    ["two statements", () => "select 1; copy (select 1) to '/tmp/forkpoint-never'"],
    ["no statement", () => "-- nothing"],
    ["prepare", () => `prepare p as copy (select 1) to '${out()}'`],
    ["explain analyze of a copy", () => `explain analyze copy (select 1) to '${out()}'`],
    ["a shell of settings in a query", () => "select set_config('a', 'b')"],
  ])("lets no query out: %s", async (_, query) => {
    writeFileSync(secret(), "a,b\n1,2\n");
    const before = readdirSync(folder.path).sort();
    await expect(store.sql(query())).rejects.toMatchObject({
      code: expect.stringMatching(/^Sql(Refused|Failed)$/),
    });
    expect(readdirSync(folder.path).sort()).toEqual(before);
    expect(existsSync(out())).toBe(false);
    expect(existsSync("/tmp/forkpoint-never")).toBe(false);
    expect((await store.sql("select count(*) n from sessions"))[0]).toEqual({ n: 2 });
  });

  test("tells of the process nothing but itself", async () => {
    const asked = store.sql("select getenv('HOME') h");
    await expect(asked).rejects.toMatchObject({ code: "SqlFailed" });
  });
});
