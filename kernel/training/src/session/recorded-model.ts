import { encodeGraph } from "../engine/graph/graph-def.js";
import { inspectAddon } from "../engine/native/addon.js";
import { isNative } from "../engine/recorder/binding.js";
import type { Engine } from "../engine/tfjs.js";
import { StepNotRecordable } from "../errors/graph.js";
import { LossInvalid } from "../errors/model.js";
import { TrainingError } from "../errors/training-error.js";
import type { HandWrittenModel } from "../models/hand-written/index.js";
import { halvesOf } from "./halves.js";
import { handWrittenAtWork } from "./hand-written.js";
import { recordLoss, recordStep } from "./recorded-functions.js";
import type { ExamplesConfig } from "./setup.js";

/** A hand-written model as graphs, or why it is none. */
export type RecordedModel =
  | { step: Uint8Array; evaluation: Uint8Array; reason: null }
  | { step: null; evaluation: null; reason: string | null };

/**
 * Records step and evaluation of a hand-written model, for batches of its examples.
 *
 * @throws LossInvalid when the loss throws or is no single number
 * @example const { step, reason } = recordModel(engine, model, config.data, 12);
 */
export function recordModel(
  engine: Engine,
  model: HandWrittenModel,
  data: ExamplesConfig,
  batchSize: number,
): RecordedModel {
  const { tf } = engine;
  const { name } = model.config;
  const atWork = handWrittenAtWork(model.config, data, batchSize, model.loss);
  const not = (reason: string | null): RecordedModel => ({ step: null, evaluation: null, reason });
  const slower = (why: string): RecordedModel =>
    not(`The step is not compiled and so runs slower: ${why}`);
  try {
    const ready = { ...atWork, halves: halvesOf(tf, atWork) };
    if (!isNative(tf)) return not(engine.reason);
    const addon = inspectAddon();
    if (addon.status === "missing") return slower(`${addon.reason} Run "npx forkpoint install".`);
    const [step, { nodes }] = [recordStep(tf, ready), recordLoss(tf, ready)];
    return { step: encodeGraph(step), evaluation: encodeGraph(nodes), reason: null };
  } catch (error) {
    if (error instanceof StepNotRecordable) return slower(error.message);
    if (error instanceof TrainingError) throw error;
    const { message } = error as Error;
    const advice = `It was tried with a batch of ${batchSize}: x [${[batchSize, ...data.x.shape]}], y [${[batchSize, ...data.y.shape]}]`;
    const failure = new LossInvalid(name, `throws "${message.replace(/\.$/, "")}"`, advice);
    failure.cause = error;
    throw failure;
  }
}
