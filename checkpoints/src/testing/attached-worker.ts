// A worker thread as the engine's is: reads the store itself, writes through the port.
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { attachStore } from "../store.js";
import { checkpointInput } from "./fixtures.js";

const { path, port, sessionId } = workerData as {
  path: string;
  port: MessagePort;
  sessionId: string;
};
const store = attachStore(path, port);
const { checkpoint } = await store.writer.saveCheckpoint(
  checkpointInput(sessionId, 7, { w: [1, 2, 3] }),
);
const { tensors } = await store.readTensors(checkpoint.id);
const refusal = await store.writer.renameModel("x", "y").catch((error: unknown) => error);
await store.close();
parentPort!.postMessage({
  checkpoint,
  seen: store.path,
  weights: [...new Float32Array(tensors.get("w")!.buffer)],
  refusal: refusal instanceof Error ? refusal.name : null,
});
