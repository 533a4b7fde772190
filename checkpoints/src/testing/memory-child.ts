// Saves a state of so many megabytes, restores it in a process that knows its memory, and prints
// the peak over what it had before, in megabytes.
import { openStore } from "../store.js";
import { sessionInput, stateInput } from "./fixtures.js";

const [folder, act, megabytes] = process.argv.slice(2) as [string, "save" | "restore", string];
const store = await openStore({ from: folder });
const TENSORS = 8;
if (act === "save") {
  const session = await store.writer.createSession(sessionInput("large"));
  const buffer = new ArrayBuffer(Number(megabytes) * 2 ** 20);
  const numbers = new Float32Array(buffer);
  for (let index = 0; index < numbers.length; index++) numbers[index] = index * 1.000001;
  const length = buffer.byteLength / TENSORS;
  const tensors = Array.from({ length: TENSORS }, (_, index) => {
    const place = { shape: [length / 4], offset: index * length, length };
    return { name: `t${index}`, dtype: "F32" as const, ...place };
  });
  const state = stateInput();
  await store.writer.saveCheckpoint({
    ...{ sessionId: session.id, runId: null, step: 0, trigger: "manual", state, buffer, tensors },
  });
} else {
  const session = store.sessions.byName("large")!;
  const { id } = store.checkpoints.latest(session.id)!;
  const before = process.memoryUsage.rss();
  const { tensors } = await store.readTensors(id);
  const peak = process.resourceUsage().maxRSS * 1024;
  const bytes = [...tensors.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0);
  const grown = (peak - before) / 2 ** 20;
  console.log(JSON.stringify({ megabytes: bytes / 2 ** 20, grown }));
}
await store.close();
