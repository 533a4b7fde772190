import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@forkpoint/checkpoints";
import type { Store } from "@forkpoint/checkpoints";
import { corpus, readCorpus } from "../data/corpus.js";
import { loadEngine } from "../engine/tfjs.js";
import { microGPT } from "../models/micro-gpt/index.js";
import { adamW } from "../optimizers/adamw.js";
import { checkKeyframes } from "../session/keyframes.js";
import type { KeyframeOptions } from "../session/keyframes.js";
import type { EngineEvent } from "../session/messages.js";
import { checkSessionOptions } from "../session/setup.js";
import type { TrainedOptions } from "../session/setup.js";
import { createTrainer } from "../session/create-trainer.js";
import type { Trainer } from "../session/trainer.js";

/** A session in a store of its own, and trainers for it in this thread. */
export interface SessionAtWork {
  store: Store;
  sessionId: string;
  /** What trainers said by themselves. */
  events: EngineEvent[];
  /** A trainer at a step, or at the newest. */
  trainer(at?: number): Promise<Trainer>;
}

/** Makes a session of a tiny MicroGPT, in the thread of the test, where its model can be tampered with. */
export async function sessionAtWork(
  options: Partial<Omit<TrainedOptions, "data">> = {},
  keyframes: KeyframeOptions = { minimumSteps: 20, share: 1 },
): Promise<SessionAtWork> {
  const data = corpus.text("to be or not to be, that is the question. ".repeat(20));
  const { model, training } = checkSessionOptions({
    model: microGPT({ layers: 1, heads: 2, embed: 16, block: 8 }),
    data,
    optimizer: adamW({ learningRate: 1e-2 }),
    ...{ batchSize: 4, evaluateEvery: 1000, sampleTokens: 0, snapshots: false, engine: "eager" },
    ...options,
  });
  const { text, tokenizer, vocabulary, title, digest, tokenizerDigest } = await readCorpus(data);
  const store = await openStore({ from: mkdtempSync(join(tmpdir(), "forkpoint-trainer-")) });
  const encoder = new TextEncoder();
  for (const blob of [text, tokenizer]) await store.writer.saveBlob(encoder.encode(blob));
  const dataConfig = { title, characters: text.length, corpus: digest, tokenizer: tokenizerDigest };
  const { id } = await store.writer.createSession({
    ...{ name: "at work", modelKind: model.kind },
    modelConfig: JSON.stringify({ ...model, vocabulary }),
    trainingConfig: JSON.stringify(training),
    dataConfig: JSON.stringify(dataConfig),
  });
  const events: EngineEvent[] = [];
  const engine = await loadEngine();
  return {
    ...{ store, sessionId: id, events },
    trainer: (at) =>
      createTrainer({
        ...{ engine, store, sessionId: id, at: at ?? null, keyframes: checkKeyframes(keyframes) },
        ...{ graphs: null, model: null },
        post: (event) => void events.push(event),
        cancelled: () => false,
      }),
  };
}

/** Trains to a step, or until the run ends otherwise; calls back before each step is made. */
export async function trainTo(
  trainer: Trainer,
  to: number,
  before: (step: number) => void = () => {},
): Promise<void> {
  await trainer.train({ to });
  while (trainer.training) {
    before(trainer.step + 1);
    await trainer.advance();
  }
}
