import type { EngineLink } from "./engine-link.js";
import type { EngineEvent } from "./messages.js";

/** How long an engine that nobody looks through is kept for the next look, in milliseconds. */
const REST_MS = 60_000;

/** Starts an engine that stands at a step of a session. */
export type StartAt = (
  sessionId: string,
  step: number,
  onEvent: (event: EngineEvent) => void,
) => EngineLink;

/** Engines to look at steps of the past with. */
export interface LookingEngines {
  at: StartAt;
  /** Gives the memory of the one that rests back. */
  close(): Promise<void>;
}

interface Engine {
  sessionId: string;
  link: EngineLink;
  /** Who looks through it now. */
  hear: (event: EngineEvent) => void;
  /** Whether anything failed: what it holds may be anything then. */
  broken: boolean;
}

/**
 * Makes the engines with which a session's past is looked at. To start one takes longer than most
 * looks do: the last one rests for a minute, and goes to the step of the next look at the same
 * session.
 *
 * @example
 * const looks = lookingEngines((sessionId, at, hear) => startEngine(store, sessionId, …));
 * await looks.at(session.id, 300, () => {}).ask({ kind: "digest" });
 */
export function lookingEngines(start: StartAt): LookingEngines {
  let resting: Engine | null = null;
  let timer: NodeJS.Timeout | undefined;

  function take(): Engine | null {
    clearTimeout(timer);
    const taken = resting;
    resting = null;
    return taken;
  }

  async function close(): Promise<void> {
    await take()?.link.close();
  }

  async function rest(engine: Engine): Promise<void> {
    if (engine.broken) return engine.link.close();
    const before = take();
    engine.hear = () => {};
    resting = engine;
    timer = setTimeout(() => void close(), REST_MS).unref();
    await before?.link.close();
  }

  function fresh(sessionId: string, step: number, hear: Engine["hear"]): Engine {
    const link = start(sessionId, step, (event) => {
      if (event.event === "failed") engine.broken = true;
      engine.hear(event);
    });
    const engine: Engine = { sessionId, link, hear, broken: false };
    return engine;
  }

  async function moved(engine: Engine, step: number, hear: Engine["hear"]): Promise<Engine> {
    engine.hear = hear;
    const stands = await engine.link.ask({ kind: "stand", step }).catch((error: Error) => error);
    if (stands && !(stands instanceof Error)) return engine;
    await engine.link.close();
    if ((stands as { code?: string } | null)?.code === "ReplayCancelled") throw stands;
    // Whatever else went wrong, an engine of its own says what it is.
    return fresh(engine.sessionId, step, hear);
  }

  return {
    close,
    at(sessionId, step, hear) {
      const taken = resting?.sessionId === sessionId ? take() : null;
      if (!taken) return linkThrough(Promise.resolve(fresh(sessionId, step, hear)), null, rest);
      const engine = moved(taken, step, hear);
      return linkThrough(engine, taken, rest);
    },
  };
}

// Requests go in the order asked; a cancel goes ahead to the engine that is on its way.
function linkThrough(
  engine: Promise<Engine>,
  moving: Engine | null,
  rest: (engine: Engine) => Promise<void>,
): EngineLink {
  let arrived = false;
  engine.then(
    () => (arrived = true),
    () => (arrived = true),
  );
  return {
    async ask(request) {
      const ahead = request.kind === "cancel" && moving && !arrived ? moving : null;
      await ahead?.link.ask(request).catch(() => {}); // one that has ended needs no telling
      const used = await engine;
      try {
        return await used.link.ask(request);
      } catch (error) {
        used.broken = true;
        throw error;
      }
    },
    async close() {
      const used = await engine.catch(() => null);
      if (used) await rest(used);
    },
  };
}
