import type { NamedTensorMap, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import { frozenValue, record } from "../engine/recorder/recording.js";
import type { Recording } from "../engine/recorder/recording.js";
import type { GraphNode } from "../engine/graph/graph-def.js";
import { fuseRows } from "../engine/graph/rows/fuse-rows.js";
import { stepRandom } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import { attentionOf, embeddingsAt, lossAndGradients, scoresOf } from "./model-functions.js";
import type { Feed, ModelAtWork, TextAtWork } from "./model-functions.js";

/** A function of the weights as a graph: placeholders `weight0` … and the feeds, output `result`. */
export interface RecordedFunction {
  nodes: GraphNode[];
  feeds: string[];
  /** Of the result. */
  shape: number[];
}

const float = 1;

/**
 * The training step as a graph, for half a batch where the model says so: from `weight0` …, `inputs`, `targets` and `key` to `loss` and
 * `gradient0` …. Recorded twice with different values, to notice any that the graph would freeze.
 *
 * @throws StepNotRecordable
 */
export function recordStep(tf: Tensorflow, model: ModelAtWork): GraphNode[] {
  const run = (given: NamedTensorMap): NamedTensorMap => {
    const { inputs, targets, key } = given as { inputs: Tensor; targets: Tensor; key: Tensor1D };
    const uniform = stepRandom(tf, [0, 0], key);
    const weights = weightsOf(model, given);
    const { loss, gradients } = lossAndGradients(tf, model, weights, inputs, targets, uniform);
    return { loss, ...named("gradient", gradients) };
  };
  const [first, second] = [0, 1].map((variant) =>
    withInputs(tf, model, variant, ["inputs", "targets", "key"], (inputs) =>
      record(tf, inputs, run),
    ),
  ) as [Recording, Recording];
  const frozen = frozenValue(first, second);
  if (frozen) throw frozen;
  return withOutputs(first);
}

/** The loss of a batch, nothing dropped: feeds `inputs` and `targets`. */
export function recordLoss(tf: Tensorflow, model: ModelAtWork): RecordedFunction {
  return recordOne(tf, model, ["inputs", "targets"], (given) =>
    model.loss(tf, weightsOf(model, given), given["inputs"]!, given["targets"]!, null),
  );
}

/** The scores after a position of a block: feeds `tokens` and `position`. */
export function recordScores(tf: Tensorflow, model: ModelAtWork): RecordedFunction {
  return recordOne(tf, model, ["tokens", "position"], (given) =>
    scoresOf(
      ...([tf, textOf(model), weightsOf(model, given)] as const),
      given["tokens"] as Tensor2D,
      given["position"] as Tensor1D,
    ),
  );
}

/** Attention over a block: feed `tokens`. An empty result when the model shows none. */
export function recordAttention(tf: Tensorflow, model: ModelAtWork): RecordedFunction {
  return recordOne(
    ...([tf, model, ["tokens"]] as const),
    (given) =>
      attentionOf(tf, textOf(model), weightsOf(model, given), given["tokens"] as Tensor2D) ??
      tf.zeros([0]),
  );
}

/** The vectors of the alphabet, for a model that has them. */
export function recordEmbeddings(tf: Tensorflow, model: ModelAtWork): RecordedFunction {
  const at = embeddingsAt(model);
  return recordOne(tf, model, [], (given) => tf.mul(given[`weight${at}`]!, 1));
}

function recordOne(
  tf: Tensorflow,
  model: ModelAtWork,
  feeds: readonly string[],
  run: (given: NamedTensorMap) => Tensor,
): RecordedFunction {
  let shape: number[] = [];
  const recording = withInputs(tf, model, 0, feeds, (inputs) =>
    record(tf, inputs, (given) => {
      const result = run(given);
      shape = result.shape;
      return { result };
    }),
  );
  return { nodes: withOutputs(recording), feeds: [...feeds], shape };
}

// Any values do, as long as the two variants differ: the graph's own inputs take their place.
function withInputs<Result>(
  tf: Tensorflow,
  { parameters, batchSize, halves, feeds: batch, text }: ModelAtWork,
  variant: number,
  feeds: readonly string[],
  use: (inputs: NamedTensorMap) => Result,
): Result {
  const rows = batchSize / halves;
  const { block = 1, vocabulary = 1 } = text ?? {};
  const trial = ({ dtype, shape, below }: Feed): Tensor => {
    const wanted = shape(rows);
    const values = Array.from({ length: sizeOf(wanted) }, (_, at) => at * 7 + variant);
    const whole = dtype === "int32";
    return tf.tensor(
      values.map((value) => (whole ? value % below : (value % 17) / 17)),
      ...([wanted, dtype] as const),
    );
  };
  const feed: Record<string, () => Tensor> = {
    inputs: () => trial(batch.inputs),
    targets: () => trial(batch.targets),
    key: () => tf.tensor1d([variant + 1, variant + 2], "int32"),
    tokens: () => trial({ dtype: "int32", below: vocabulary, shape: () => [1, block] }),
    position: () => tf.tensor1d([variant % block], "int32"),
  };
  const inputs: NamedTensorMap = {};
  parameters.forEach(({ shape }, at) => {
    inputs[`weight${at}`] = tf.fill(shape, 0.01 * (variant + 1));
  });
  for (const name of feeds) inputs[name] = feed[name]!();
  try {
    return use(inputs);
  } finally {
    tf.dispose(inputs);
  }
}

function textOf({ text }: ModelAtWork): TextAtWork {
  if (!text) throw new TypeError("only a model of text has scores and attention");
  return text;
}

function weightsOf({ parameters }: ModelAtWork, given: NamedTensorMap): Tensor[] {
  return parameters.map((_, at) => given[`weight${at}`]!);
}

function named(name: string, tensors: Tensor[]): NamedTensorMap {
  return Object.fromEntries(tensors.map((tensor, at) => [`${name}${at}`, tensor]));
}

// Outputs get names of their own, so that a stored graph says what is what.
function withOutputs(recording: Recording): GraphNode[] {
  const { nodes, outputs } = fuseRows(recording, recording.facts);
  const identities = Object.entries(outputs).map(([name, place]) => ({
    ...{ name, op: "Identity", input: [place] },
    attr: { T: { type: float } },
  }));
  return [...nodes, ...identities];
}
