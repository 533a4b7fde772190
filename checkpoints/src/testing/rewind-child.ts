// Moves a session's name back again and again, to be killed: each rewind makes a branch that takes
// the name, by turns in one call and in two.
import { writeSync } from "node:fs";
import { openStore } from "../store.js";
import { sessionInput } from "./fixtures.js";

const [folder] = process.argv.slice(2) as [string];
const store = await openStore({ from: folder });
for (;;) {
  const old = store.sessions.byName("sonnets")!;
  const count = store.sessions.list().length;
  const oldName = `sonnets@${count}`;
  const { modelKind, modelConfig, trainingConfig, dataConfig } = sessionInput("");
  const configs = { modelKind, modelConfig, trainingConfig, dataConfig };
  const branch = { ...configs, parentSessionId: old.id, forkStep: 0 };
  if (count % 2 === 0) {
    await store.writer.createSession({ ...branch, takeNameOf: { sessionId: old.id, oldName } });
  } else {
    const { id } = await store.writer.createSession({ ...branch, name: oldName });
    await store.writer.moveName({ from: old.id, to: id, oldName });
  }
  writeSync(1, ".");
}
