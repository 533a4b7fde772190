import { parentPort, workerData } from "node:worker_threads";
import { attachStore } from "@forkpoint/checkpoints";
import { loadEngine } from "../engine/tfjs.js";
import { errorMessage } from "./error-message.js";
import type { EngineRequest, EngineWorkerData, FromEngine, ToEngine } from "./messages.js";
import { createTrainer } from "./create-trainer.js";
import type { Trainer } from "./trainer.js";

const port = parentPort!;
const inbox: ToEngine[] = [];
let wake = (): void => {};
let open = true;
let cancelled = false;

// Every message is taken up at a step boundary, in the order sent.
port.on("message", (message: ToEngine) => {
  if (message.request.kind === "cancel") cancelled = true;
  inbox.push(message);
  wake();
});

const post = (message: FromEngine): void => port.postMessage(message);

async function serve(): Promise<void> {
  const { storePath, storePort, sessionId, at, keyframes } = workerData as EngineWorkerData;
  const engine = await loadEngine();
  const store = attachStore(storePath, storePort);
  const trainer = await createTrainer({
    ...{ engine, store, sessionId, at, keyframes, post },
    cancelled: () => cancelled,
  });
  const { step, identity, reason } = trainer;
  post({ event: "ready", step, identity, title: engine.title, reason });
  let cold = true;
  while (open) {
    for (let next = inbox.shift(); next; next = inbox.shift()) await answer(trainer, next);
    if (trainer.training) {
      await trainer.advance();
      await new Promise((resolve) => setImmediate(resolve));
    } else if (inbox.length === 0 && open) {
      if (cold && at === null) {
        cold = false;
        await trainer.warm();
        continue;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  await store.close();
}

async function answer(trainer: Trainer, { id, request }: ToEngine): Promise<void> {
  const succeed = (value: unknown): void => post({ id, ok: true, answer: value });
  const failWith = (error: unknown): void => post({ id, ok: false, error: errorMessage(error) });
  try {
    switch (request.kind) {
      case "until":
        return trainer.until(id, request.step, (step) => succeed({ step }), failWith);
      case "save":
        // Not awaited: training goes on while the copy is written.
        trainer.save(request.name, request.replace).then(succeed, failWith);
        return;
      case "close":
        await trainer.stop();
        open = false;
        return succeed(null);
      default:
        succeed(await perform(trainer, request));
    }
  } catch (error) {
    failWith(error);
  }
}

async function perform(
  trainer: Trainer,
  request: Exclude<EngineRequest, { kind: "until" | "save" | "close" }>,
): Promise<unknown> {
  switch (request.kind) {
    case "train":
      return trainer.train(request);
    case "release":
      return trainer.release(request.hold);
    case "pause":
      return { step: await trainer.pause() };
    case "continue":
      return { step: await trainer.continue() };
    case "stop":
      return { step: await trainer.stop() };
    case "digest":
      return trainer.digest();
    case "evaluate":
      return trainer.evaluate();
    case "sample":
      return trainer.sample(request);
    case "reach":
      cancelled = false;
      return trainer.reach(request.step, request.sessionId);
    case "walk":
      cancelled = false;
      return trainer.walk(request.step);
    case "cancel":
      return null;
    case "keep":
      return trainer.keep(request.trigger);
    case "become":
      return { step: trainer.become(request.sessionId) };
    case "state":
      return trainer.state();
    case "merge":
      return trainer.merge(request);
  }
}

serve().catch((error: unknown) => {
  post({ event: "failed", error: errorMessage(error) });
  port.close();
});
