import type { Store } from "@forkpoint/checkpoints";
import type { Engine } from "../engine/tfjs.js";
import { createTrainer } from "./create-trainer.js";
import { createEngineLoop } from "./engine-loop.js";
import { linkOver } from "./engine-link.js";
import type { EngineLink, EngineStart } from "./engine-link.js";
import { errorMessage } from "./error-message.js";
import type { EagerModel } from "./hand-written.js";
import type { EngineEvent, FromEngine } from "./messages.js";

/**
 * Starts an engine in this thread, for a model whose code cannot leave it. Between two steps
 * everything else has its turn.
 */
export function startLocalEngine(
  store: Store,
  sessionId: string,
  how: EngineStart,
  engine: Engine,
  model: EagerModel,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  return linkOver((hear) => {
    // Heard in a turn of its own, as from another thread.
    const post = (message: FromEngine): void => queueMicrotask(() => hear(message));
    const loop = createEngineLoop(post, how.at !== null);
    const serve = async (): Promise<void> => {
      const { cancelled } = loop;
      const trainer = await createTrainer({
        ...{ engine, store, sessionId, ...how, graphs: null, model, post, cancelled },
      });
      await loop.serve(trainer, engine.title);
      trainer.close();
    };
    serve().catch((error: unknown) => post({ event: "failed", error: errorMessage(error) }));
    return { send: loop.receive, hold: () => {}, end: async () => {} };
  }, onEvent);
}
