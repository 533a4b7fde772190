import { decodeGraph } from "../engine/graph/graph-def.js";
import type { GraphNode } from "../engine/graph/graph-def.js";
import { inspectAddon } from "../engine/native/addon.js";
import { isNative } from "../engine/recorder/binding.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { StepNotRecordable } from "../errors/graph.js";
import { compiledExecutor } from "./compiled-executor.js";
import { eagerExecutor } from "./eager-executor.js";
import type { Executor } from "./executor.js";
import { halvesOf } from "./halves.js";
import type { ModelAtWork } from "./model-functions.js";

/** What a checkpoint was made with, compiled. */
export interface StoredGraphs {
  step?: Uint8Array;
  /** The loss of a batch, for evaluations; stored where the model's code need not be here. */
  evaluation?: Uint8Array;
}

/**
 * How a model's functions are carried out: compiled where that is wanted and possible, by the stored
 * step if there is one for this size of batch.
 *
 * @throws GraphOpRefused or GraphUnreadable for a stored step that is not to be run
 */
export function chooseExecutor(
  tf: Tensorflow,
  model: ModelAtWork,
  wanted: "compiled" | "eager",
  stored: StoredGraphs,
): Executor {
  const nodes =
    stored.step && wanted === "compiled" && isNative(tf) ? decodeGraph(stored.step) : null;
  const storedHalves = nodes && halvesStored(nodes, model);
  const atWork = { ...model, halves: storedHalves ?? halvesOf(tf, model) };
  if (wanted === "eager" || !isNative(tf)) return eagerExecutor(tf, atWork);
  const slower = (why: string): Executor =>
    eagerExecutor(tf, atWork, `The step is not compiled and so runs slower: ${why}`);
  const addon = inspectAddon();
  if (addon.status === "missing") return slower(`${addon.reason} Run "npx forkpoint install".`);
  const evaluation = storedHalves && stored.evaluation ? decodeGraph(stored.evaluation) : null;
  try {
    return compiledExecutor(tf, atWork, storedHalves ? nodes : null, evaluation);
  } catch (error) {
    if (error instanceof StepNotRecordable) return slower(error.message);
    throw error;
  }
}

/**
 * How a stored step cuts its batch; null when it is for another batch, as that of a fork may be.
 *
 * @example halvesStored(decodeGraph(bytes), model) // 2
 */
export function halvesStored(
  nodes: GraphNode[],
  { batchSize, feeds }: Pick<ModelAtWork, "batchSize" | "feeds">,
): 1 | 2 | null {
  const inputs = nodes.find(({ name }) => name === "inputs");
  const stored = inputs?.attr["shape"]?.shape?.dim.map(({ size }) => size) ?? [];
  const halves = batchSize / (stored[0] ?? 0);
  if (halves !== 1 && halves !== 2) return null;
  return String(stored) === String(feeds.inputs.shape(stored[0]!)) ? halves : null;
}
