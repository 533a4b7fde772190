import { join } from "node:path";
import { expect, test } from "vitest";
import { exportBundle, importBundle, openStore } from "@forkpoint/checkpoints";
import {
  checkpointInput,
  lossRows,
  metricsStream,
  runInput,
  sessionInput,
  temporaryFolder,
} from "../testing/fixtures.js";

test("what lies in the trash is in no export, and SQL does not see it", async () => {
  const folder = temporaryFolder();
  const store = await openStore({ from: folder.path });
  const session = await store.writer.createSession(sessionInput("kept"));
  const gone = await store.writer.createSession(sessionInput("gone"));
  for (const { id, name } of [session, gone]) {
    const run = await store.writer.startRun(runInput(id));
    await store.writer.appendMetrics({ runId: run.id, chunk: metricsStream(lossRows(0, 5, 1)) });
    await store.writer.saveCheckpoint({
      ...checkpointInput(id, 5, { w: [name.length] }, { runId: run.id }),
      model: { name: `Model of ${name}`, trainLoss: null },
    });
    await store.writer.finishRun({ runId: run.id, status: "completed", step: 5 });
  }
  await store.trash.put([{ kind: "session", id: gone.id }]);

  for (const view of ["sessions", "runs", "checkpoints", "models"]) {
    expect(await store.sql(`select count(*)::int as n from ${view}`)).toEqual([{ n: 1 }]);
  }
  const file = join(folder.path, "all.forkpoint.tar");
  await exportBundle(store, file);
  const elsewhere = temporaryFolder();
  const other = await openStore({ from: elsewhere.path });
  const taken = await importBundle(other, file);
  expect(taken.sessions.map(({ name }) => name)).toEqual(["kept"]);
  expect(taken.models).toEqual(["Model of kept"]);
  expect(other.trash.list()).toEqual([]);
  await other.close();
  await store.close();
  folder.remove();
  elsewhere.remove();
});
