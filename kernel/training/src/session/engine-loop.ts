import { cancelledRequests } from "./cancelled-requests.js";
import { errorMessage } from "./error-message.js";
import type { EngineRequest, FromEngine, ToEngine } from "./messages.js";
import type { Trainer } from "./trainer.js";

/** A trainer at work in some thread: it makes steps, and answers between them. */
export interface EngineLoop {
  /** Takes a message; it is answered at the next step boundary, in the order received. */
  receive(message: ToEngine): void;
  /** Runs until it is asked to close. */
  serve(trainer: Trainer, title: string): Promise<void>;
  /** Whether a replay that goes on is to end. */
  cancelled(): boolean;
}

/**
 * Makes the loop of an engine.
 *
 * @param standing whether the engine only stands at a step, to be looked at
 * @example port.on("message", loop.receive); await loop.serve(trainer, engine.title);
 */
export function createEngineLoop(
  post: (message: FromEngine) => void,
  standing: boolean,
): EngineLoop {
  const inbox: ToEngine[] = [];
  let wake = (): void => {};
  let open = true;
  const requests = cancelledRequests();

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
        case "reach":
        case "stand":
        case "walk":
          requests.begun(id);
      }
      succeed(await perform(trainer, request));
    } catch (error) {
      failWith(error);
    }
  }

  return {
    receive(message) {
      requests.heard(message);
      inbox.push(message);
      wake();
    },
    cancelled: requests.cancelled,
    async serve(trainer, title) {
      const { step, identity, reason } = trainer;
      post({ event: "ready", step, identity, title, reason });
      let cold = !standing;
      while (open) {
        for (let next = inbox.shift(); next; next = inbox.shift()) await answer(trainer, next);
        if (trainer.training) {
          await trainer.advance();
          await new Promise((resolve) => setImmediate(resolve));
        } else if (inbox.length === 0 && open) {
          if (cold) {
            cold = false;
            await trainer.warm();
            continue;
          }
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    },
  };
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
    case "look":
      return trainer.look(request.prompt);
    case "prompt":
      return trainer.setPrompt(request.prompt);
    case "reach":
      return trainer.reach(request.step, request.sessionId);
    case "stand":
      return trainer.stand(request.step);
    case "walk":
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
