import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adamW, corpus, microGPT, open } from "@forkpoint/training";

test("a session goes to the trash and comes back to its place", async () => {
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-trash-"));
  const store = await open({ from: folder });
  const { id } = await store.session("sonnets", {
    model: microGPT({ layers: 1, heads: 1, embed: 8, block: 8 }),
    data: corpus.text("Shall I compare thee to a summer's day? ".repeat(40)),
    optimizer: adamW({ learningRate: 1e-3 }),
  });
  const [entry] = await store.trash.put([{ kind: "session", id }]);
  expect(store.sessions.list()).toEqual([]);
  expect(store.trash.list()).toMatchObject([{ kind: "session", name: "sonnets" }]);
  await expect(store.session("sonnets")).rejects.toMatchObject({ code: "SessionNotFound" });
  await store.trash.restore([entry!.id]);
  expect((await store.session("sonnets")).id).toBe(id);
  await store.close();
  rmSync(folder, { recursive: true });
});
