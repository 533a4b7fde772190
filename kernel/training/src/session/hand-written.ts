import type { Scalar, Tensor } from "@tensorflow/tfjs";
import { examplesAt, pick } from "../data/examples.js";
import type { Rows } from "../data/examples.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { LossInvalid } from "../errors/model.js";
import type { HandWrittenConfig, HandWrittenModel } from "../models/hand-written/index.js";
import { chooseExecutor } from "./choose-executor.js";
import type { StoredGraphs } from "./choose-executor.js";
import { eagerExecutor } from "./eager-executor.js";
import { learnerOver } from "./learner.js";
import type { BatchSource, Learner } from "./learner.js";
import type { Feed, ModelAtWork } from "./model-functions.js";
import type { ExamplesConfig, ExamplesPart, SessionConfigs } from "./setup.js";

/** The code of a hand-written model, and why its step runs op by op. */
export interface EagerModel {
  loss: HandWrittenModel["loss"];
  reason: string | null;
}

/** A hand-written model with its sizes. Without its code only stored graphs can carry it out. */
export function handWrittenAtWork(
  { name, parameters }: HandWrittenConfig,
  data: ExamplesConfig,
  batchSize: number,
  loss: HandWrittenModel["loss"] | null,
): ModelAtWork {
  const names = parameters.map((parameter) => parameter.name);
  return {
    ...{ parameters, batchSize, halves: 1, text: null },
    feeds: { inputs: feedOf(data.x), targets: feedOf(data.y) },
    loss(tf, values, x, y, uniform) {
      if (!loss) throw new TypeError("the model's code is not in this thread");
      const weights = Object.fromEntries(names.map((key, at) => [key, values[at]!]));
      return checkLoss(name, loss({ tf, weights, x, y, uniform }));
    },
  };
}

function feedOf({ dtype, shape, below }: ExamplesPart): Feed {
  return { dtype, below, shape: (rows) => [rows, ...shape] };
}

function checkLoss(model: string, loss: Tensor | undefined): Scalar {
  const shape = loss?.shape;
  if (!Array.isArray(shape))
    throw new LossInvalid(model, "gives no tensor", "Give back the mean loss of the batch");
  if (shape.length > 0)
    throw new LossInvalid(model, `gives [${shape}] numbers`, "Take tf.mean of them");
  return loss as Scalar;
}

/**
 * Joins a hand-written model with its examples on an engine. Each epoch goes once through the
 * examples, in an order of its own.
 *
 * @param eager the code, where steps run op by op; null where they are stored graphs
 * @throws GraphOpRefused, GraphUnreadable for stored graphs that are not to be run; LossInvalid
 */
export function handWrittenLearner(
  tf: Tensorflow,
  { model, training, data }: SessionConfigs,
  examples: { x: Rows; y: Rows },
  stored: StoredGraphs,
  eager: EagerModel | null,
): Learner {
  const config = model.config as unknown as HandWrittenConfig;
  const counts = data as ExamplesConfig;
  const { batchSize, evaluationBatches } = training;
  const atWork = handWrittenAtWork(config, counts, batchSize, eager?.loss ?? null);
  const executor = eager
    ? eagerExecutor(tf, atWork, eager.reason)
    : chooseExecutor(tf, atWork, training.engine, stored);
  const { x, y } = examples;
  const batchOf = (at: Int32Array) => ({ inputs: pick(x, at), targets: pick(y, at) });
  const batches: BatchSource = {
    size: batchSize,
    // The stream itself never moves: its state is the key of all orders.
    next: ({ batches: stream, cursor }) =>
      batchOf(examplesAt(stream.state(), counts.training, cursor.tokens, batchSize)),
    *validation() {
      const needed = Math.ceil(counts.validation / batchSize);
      for (let batch = 0; batch < Math.min(evaluationBatches, needed); batch++) {
        const place = (_: unknown, at: number): number =>
          counts.training + ((batch * batchSize + at) % counts.validation);
        yield batchOf(Int32Array.from({ length: batchSize }, place));
      }
    },
  };
  return {
    ...learnerOver(executor, config.parameters, training, batches),
    ...{ sample: null, next: null, embeddings: null },
    attention: () => null,
  };
}
