import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import type { ForwardContext, Parameter } from "../definition.js";
import type { MicroGptConfig } from "./config.js";

/**
 * The tensors of a MicroGPT in the order that {@link microGptLogits} takes them. Names follow
 * nanoGPT, matrices are [in, out] (PyTorch's `Linear` holds the transpose). Initialisation as GPT-2:
 * normal 0.02, residual projections 0.02 / sqrt(2 * layers).
 */
export function microGptParameters(config: MicroGptConfig, vocabulary: number): Parameter[] {
  const { layers, embed, block } = config;
  const residual = 0.02 / Math.sqrt(2 * layers);
  const parameters: Parameter[] = [
    { name: "transformer.wte.weight", shape: [vocabulary, embed], initial: 0.02 },
    { name: "transformer.wpe.weight", shape: [block, embed], initial: 0.02 },
  ];
  for (let layer = 0; layer < layers; layer++) {
    const at = `transformer.h.${layer}`;
    parameters.push(
      { name: `${at}.ln_1.weight`, shape: [embed], initial: "ones" },
      { name: `${at}.attn.c_attn.weight`, shape: [embed, 3 * embed], initial: 0.02 },
      { name: `${at}.attn.c_proj.weight`, shape: [embed, embed], initial: residual },
      { name: `${at}.ln_2.weight`, shape: [embed], initial: "ones" },
      { name: `${at}.mlp.c_fc.weight`, shape: [embed, 4 * embed], initial: 0.02 },
      { name: `${at}.mlp.c_proj.weight`, shape: [4 * embed, embed], initial: residual },
    );
  }
  parameters.push({ name: "transformer.ln_f.weight", shape: [embed], initial: "ones" });
  return parameters;
}

/**
 * The forward pass: token ids [batch, time] to scores [batch * time, vocabulary].
 * GPT-2 (Radford et al. 2019) with pre-norm blocks, exact GELU and the embedding tied to the output.
 */
export function microGptLogits(
  context: ForwardContext,
  config: MicroGptConfig,
  weights: Tensor[],
  tokens: Tensor2D,
): Tensor2D {
  const { tf } = context;
  const [batch, time] = tokens.shape;
  const { embed } = config;
  const next = weights.values();
  const take = <T extends Tensor>(): T => next.next().value as T;
  const drop = dropoutOf(context, config.dropout);

  const tokenTable = take<Tensor2D>();
  const positionTable = take<Tensor2D>();
  const positions = tf.slice(positionTable, [0, 0], [time, embed]);
  const embedded = tf.reshape(embedTokens(context, tokenTable, tokens), [batch, time, embed]);
  let stream = drop(tf.reshape(tf.add(embedded, positions), [batch * time, embed])) as Tensor2D;

  const mask = tf.tidy(() => causalMask(context, time));
  for (let layer = 0; layer < config.layers; layer++) {
    const normed = layerNorm(context, stream, take());
    const [query, key, value] = splitHeads(
      context,
      multiply(context, normed, take()),
      batch,
      time,
      config,
    );
    // Scaling the query, not the product: scale and mask after a matmul make oneDNN pick its
    // reference kernel, ten times slower.
    const scaled = tf.mul(query!, 1 / Math.sqrt(embed / config.heads));
    const attention = tf.softmax(tf.add(tf.matMul(scaled, key!, false, true), mask));
    context.onAttention?.(attention);
    const mixed = tf.reshape(tf.transpose(tf.matMul(drop(attention), value!), [0, 2, 1, 3]), [
      batch * time,
      embed,
    ]);
    stream = tf.add(stream, drop(multiply(context, mixed as Tensor2D, take())));
    const hidden = gelu(context, multiply(context, layerNorm(context, stream, take()), take()));
    stream = tf.add(stream, drop(multiply(context, hidden as Tensor2D, take())));
  }
  const final = layerNorm(context, stream, take());
  return isWasm(context)
    ? multiply(context, final, tf.transpose(tokenTable))
    : tf.matMul(final, tokenTable, false, true);
}

function isWasm({ tf }: ForwardContext): boolean {
  return tf.getBackend() === "wasm";
}

// WebAssembly multiplies by a transposed matrix ten times slower than by one transposed beforehand,
// and the gradient of matMul asks for that.
function multiply(context: ForwardContext, a: Tensor2D, b: Tensor2D): Tensor2D {
  const { tf } = context;
  if (!isWasm(context)) return tf.matMul(a, b);
  const product = tf.customGrad<Tensor>((x, y, save) => {
    const [left, right] = [x as Tensor2D, y as Tensor2D];
    (save as (tensors: Tensor[]) => void)([left, right]);
    return {
      value: tf.matMul(left, right),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [upstream, p, q] = [dy, ...saved] as [Tensor2D, Tensor2D, Tensor2D];
        return [tf.matMul(upstream, tf.transpose(q)), tf.matMul(tf.transpose(p), upstream)];
      },
    };
  });
  return product(a, b) as Tensor2D;
}

function embedTokens(context: ForwardContext, table: Tensor2D, tokens: Tensor2D): Tensor {
  const { tf } = context;
  const flat = tf.reshape(tokens, [-1]) as Tensor1D;
  if (!isWasm(context)) return tf.gather(table, flat);
  // The WebAssembly backend has no kernel for gather's gradient.
  return multiply(context, tf.cast(tf.oneHot(flat, table.shape[0]), "float32") as Tensor2D, table);
}

function splitHeads(
  { tf }: ForwardContext,
  joined: Tensor,
  batch: number,
  time: number,
  config: MicroGptConfig,
): Tensor4D[] {
  const width = config.embed / config.heads;
  return tf
    .split(joined as Tensor2D, 3, 1)
    .map(
      (part) =>
        tf.transpose(
          tf.reshape(part, [batch, time, config.heads, width]),
          [0, 2, 1, 3],
        ) as Tensor4D,
    );
}

function layerNorm({ tf }: ForwardContext, x: Tensor2D, weight: Tensor): Tensor2D {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), weight);
}

function gelu({ tf }: ForwardContext, x: Tensor): Tensor {
  return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));
}

function causalMask({ tf }: ForwardContext, time: number): Tensor4D {
  const values = new Float32Array(time * time);
  for (let row = 0; row < time; row++) values.fill(-1e9, row * time + row + 1, (row + 1) * time);
  return tf.tensor4d(values, [1, 1, time, time]);
}

function dropoutOf({ tf, uniform }: ForwardContext, rate: number): (x: Tensor) => Tensor {
  if (rate === 0 || uniform === null) return (x) => x;
  return (x) => {
    const kept = tf.cast(tf.greaterEqual(uniform(x.shape), rate), "float32");
    return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
  };
}
