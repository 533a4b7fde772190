import { parentPort, workerData } from "node:worker_threads";
import { attachStore } from "@forkpoint/checkpoints";
import { loadEngine } from "../engine/tfjs.js";
import { createTrainer } from "./create-trainer.js";
import { createEngineLoop } from "./engine-loop.js";
import { errorMessage } from "./error-message.js";
import type { EngineWorkerData, FromEngine } from "./messages.js";

const port = parentPort!;
const post = (message: FromEngine): void => port.postMessage(message);

async function serve(): Promise<void> {
  const { storePath, storePort, sessionId, at, keyframes, graphs } = workerData as EngineWorkerData;
  const loop = createEngineLoop(post, at !== null);
  port.on("message", loop.receive);
  const engine = await loadEngine();
  const store = attachStore(storePath, storePort);
  const trainer = await createTrainer({
    ...{ engine, store, sessionId, at, keyframes, graphs, post, cancelled: loop.cancelled },
    model: null,
  });
  await loop.serve(trainer, engine.title);
  await store.close();
}

serve().catch((error: unknown) => {
  post({ event: "failed", error: errorMessage(error) });
  port.close();
});
