import type { Store } from "@forkpoint/checkpoints";
import { integerOption, namedOptions, numberOption } from "../options.js";
import type { EngineLink } from "./engine-link.js";
import type { TrainingConfig } from "./setup.js";

/** A tensor of a state: its shape and its values, which are a copy. */
export interface StateTensor {
  shape: number[];
  values: Float32Array;
}

/** Options of a sampled text. */
export interface SampleChoice {
  tokens?: number;
  temperature?: number;
  seed?: number;
}

/**
 * Checks what a sample is asked for at the door.
 *
 * @throws OptionInvalid, OptionUnknown
 */
export function sampleRequest(prompt: string, options: SampleChoice) {
  const given = namedOptions("sample", options, ["tokens", "temperature", "seed"]);
  const fits = (x: number): boolean => Number.isFinite(x) && x >= 0;
  return {
    kind: "sample" as const,
    prompt,
    tokens: integerOption("sample", given, "tokens", 100, 1, 100000),
    temperature: numberOption("sample", given, "temperature", 0.8, fits, "0 or more"),
    seed: integerOption("sample", given, "seed", 1, 0),
  };
}

/**
 * A session as it was after a step, to look at: made by `session.at(step)`. The state is brought
 * back by the first question and held by an engine of its own until {@link close}.
 *
 * @example
 * const old = session.at(300);
 * await old.sample("Shall I");
 * await old.close();
 */
export class Past {
  readonly step: number;
  readonly #training: TrainingConfig;
  readonly #open: () => EngineLink;
  #link: EngineLink | null = null;

  /** @internal */
  constructor(step: number, training: TrainingConfig, open: () => EngineLink) {
    this.step = step;
    this.#training = training;
    this.#open = open;
  }

  /** Text continued from a prompt with the weights of then. */
  async sample(prompt = this.#training.prompt, options: SampleChoice = {}): Promise<string> {
    return (await this.link().ask(sampleRequest(prompt, options))).text;
  }

  /** The validation loss of then. */
  async evaluate(): Promise<number> {
    return (await this.link().ask({ kind: "evaluate" })).validationLoss;
  }

  /** The digest of everything that the step after it depended on (sha256, hexadecimal). */
  digest(): Promise<string> {
    return this.link().ask({ kind: "digest" });
  }

  /** Every tensor of the state: `model/…`, `optimizer/m/…`, `optimizer/v/…`. */
  async state(): Promise<Map<string, StateTensor>> {
    const { buffer, tensors } = await this.link().ask({ kind: "state" });
    return new Map(
      tensors.map(({ name, shape, offset, length }) => [
        name,
        { shape, values: new Float32Array(buffer.slice(offset, offset + length)) },
      ]),
    );
  }

  /** Gives the engine's memory back. */
  async close(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }

  /** @internal */
  link(): EngineLink {
    this.#link ??= this.#open();
    return this.#link;
  }
}

/**
 * Where two branches went apart: the session both have, and the last step they share; null when
 * they share none.
 *
 * @example sharedStep(store, "a", 500, "b", 400) // { sessionId: "…", step: 300 }
 */
export function sharedStep(
  store: Store,
  one: string,
  oneStep: number,
  other: string,
  otherStep: number,
): { sessionId: string; step: number } | null {
  const limits = new Map(lineageOf(store, one, oneStep));
  for (const [sessionId, step] of lineageOf(store, other, otherStep)) {
    const limit = limits.get(sessionId);
    if (limit !== undefined) return { sessionId, step: Math.min(limit, step) };
  }
  return null;
}

function lineageOf(store: Store, id: string, step: number): [string, number][] {
  const lineage: [string, number][] = [];
  let [session, limit] = [store.sessions.get(id), step];
  lineage.push([id, limit]);
  while (session.parentSessionId !== null) {
    limit = Math.min(limit, session.forkStep);
    lineage.push([session.parentSessionId, limit]);
    session = store.sessions.get(session.parentSessionId);
  }
  return lineage;
}
