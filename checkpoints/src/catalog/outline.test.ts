import { expect, test } from "vitest";
import { sessionInput } from "../testing/fixtures.js";
import { storeForTests } from "../testing/store-for-tests.js";

const given = storeForTests("file");

test("the outline is the same until something comes, goes or is renamed, and never again what it was", async () => {
  const { store } = given;
  const seen = [store.outline()];
  expect(store.outline()).toBe(seen[0]);
  const id = given.session.id;
  const steps = [
    () => store.writer.renameSession(id, "other"),
    // Gone before anybody looked, but who looked at the sessions between has seen it.
    async () => {
      const { id } = await store.writer.createSession(sessionInput("for a moment"));
      await store.trash.put([{ kind: "session", id }]);
    },
    async () => {
      const [entry] = await store.trash.put([{ kind: "session", id }]);
      await store.trash.restore([entry!.id]);
    },
  ];
  for (const act of steps) {
    await act();
    expect(seen).not.toContain(store.outline());
    seen.push(store.outline());
  }
});
