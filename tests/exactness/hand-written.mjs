// Trains a model of its own in a process of its own and prints what came out as JSON:
// node hand-written.mjs <folder> <compiled | eager> <to> [byname]
import { adamW, defineModel, examples, open } from "forkpoint";

const [folder, engine, to, byName] = process.argv.slice(2);
const count = 200;
const points = Array.from({ length: count }, (_, at) => [
  Math.sin(at),
  Math.cos(3 * at),
  at / count,
]);
const labels = Int32Array.from({ length: count }, (_, at) => at % 3);

const hidden = (tf, weights, x) => tf.relu(tf.add(tf.matMul(x, weights.first), weights.bias));
const define = () =>
  defineModel({
    name: "two layers",
    parameters: {
      first: { shape: [3, 16], initial: 0.3 },
      bias: { shape: [16], initial: "zeros" },
      last: { shape: [16, 3], initial: 0.3 },
    },
    loss({ tf, weights, x, y, uniform }) {
      let inner = hidden(tf, weights, x);
      if (uniform)
        inner = tf.mul(inner, tf.cast(tf.greaterEqual(uniform(inner.shape), 0.2), "float32"));
      return tf.losses.softmaxCrossEntropy(tf.oneHot(y, 3), tf.matMul(inner, weights.last));
    },
    uses: [hidden],
  });
const store = await open({ from: folder, keyframes: { minimumSteps: 10, share: 1 } });
try {
  const session = byName
    ? await store.session("mine")
    : await store.session("mine", {
        model: define(),
        data: examples(points, { values: labels, shape: [count] }),
        optimizer: adamW({ learningRate: 1e-2 }),
        ...{ batchSize: 8, evaluateEvery: 10, engine },
      });
  await session.train({ to: Number(to) }).done;
  const table = await session.metrics({ columns: ["train_loss"] });
  const losses = Array.from(table.getChild("train_loss"), (loss) => loss);
  const { mode } = JSON.parse(session.runs.at(-1).engine);
  console.log(JSON.stringify({ mode, step: session.step, digest: await session.digest(), losses }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
await store.close();
