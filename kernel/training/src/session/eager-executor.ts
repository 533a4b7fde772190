import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { Batch } from "../data/batches.js";
import { stepRandom } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { unflatten } from "../models/definition.js";
import { adamWUpdate, decayMask } from "../optimizers/adamw.js";
import type { AdamWSlots } from "../optimizers/adamw.js";
import type { Executor, LiveState } from "./executor.js";
import { attentionOf, embeddingsAt, lossAndGradients, scoresOf } from "./model-functions.js";
import type { ModelAtWork } from "./model-functions.js";

interface EagerState extends LiveState {
  weights: Tensor1D;
  slots: AdamWSlots;
}

/** Carries a model's functions out op by op, on any backend. */
export function eagerExecutor(
  tf: Tensorflow,
  model: ModelAtWork,
  reason: string | null = null,
): Executor {
  const { parameters, batchSize, halves, feeds, text } = model;
  const mask = tf.keep(decayMask(tf, parameters));
  const batchTensors = ({ inputs, targets }: Batch): [Tensor, Tensor] => [
    tf.tensor(inputs, feeds.inputs.shape(batchSize), feeds.inputs.dtype),
    tf.tensor(targets, feeds.targets.shape(batchSize), feeds.targets.dtype),
  ];
  const weightsOf = (live: LiveState): Tensor[] =>
    unflatten(tf, (live as EagerState).weights, parameters);

  return {
    mode: "eager",
    reason,
    graph: null,
    place(weights, m, v) {
      const state: EagerState = {
        // Copies: TensorFlow shares the memory of arrays that tensors are made from.
        weights: tf.tensor1d(weights.slice()),
        slots: { m: tf.tensor1d(m.slice()), v: tf.tensor1d(v.slice()) },
        read(...into) {
          const { slots } = state;
          [state.weights, slots.m, slots.v].forEach((tensor, index) =>
            into[index]!.set(tensor.dataSync()),
          );
        },
        readBeside(...into) {
          state.read(...into);
          return Promise.resolve(0);
        },
        dispose: () => tf.dispose([state.weights, state.slots.m, state.slots.v]),
      };
      return state;
    },
    train(live, batch, key, numbers) {
      const state = live as EagerState;
      const result = tf.tidy(() => {
        const uniform = stepRandom(tf, key, tf.tensor1d([...key], "int32"), halves);
        const { loss, gradients } = lossAndGradients(
          ...([tf, model, weightsOf(state)] as const),
          ...batchTensors(batch),
          uniform,
        );
        const flat = tf.concat1d(gradients.map((it) => tf.reshape(it, [-1]) as Tensor1D));
        return { loss, ...adamWUpdate(tf, numbers, state.weights, state.slots, flat, mask) };
      });
      const loss = result.loss.dataSync()[0]!;
      result.loss.dispose();
      state.dispose();
      state.weights = result.weights;
      state.slots = { m: result.m, v: result.v };
      return loss;
    },
    loss(live, batch) {
      return tf.tidy(
        () => model.loss(tf, weightsOf(live), ...batchTensors(batch), null).dataSync()[0]!,
      );
    },
    scores(live, tokens, position) {
      const scores = tf.tidy(() => {
        const context = tf.tensor2d(tokens.slice(), [1, tokens.length], "int32");
        const at = tf.tensor1d([position], "int32");
        return scoresOf(tf, text!, weightsOf(live), context, at);
      });
      return valuesOf(scores);
    },
    attention(live, tokens) {
      if (!text) return null;
      const found = tf.tidy(() => {
        const context = tf.tensor2d(tokens.slice(), [1, tokens.length], "int32");
        return attentionOf(tf, text!, weightsOf(live), context) ?? tf.zeros([0]);
      });
      const { shape } = found;
      const values = valuesOf(found);
      return values.length === 0 ? null : { shape, values };
    },
    embeddings(live) {
      const at = embeddingsAt(model);
      return at === -1 ? null : valuesOf(tf.tidy(() => tf.clone(weightsOf(live)[at]!)));
    },
    close: () => mask.dispose(),
  };
}

function valuesOf(tensor: Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
