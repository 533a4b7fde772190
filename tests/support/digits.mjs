import { randomStream } from "./random.mjs";

// Ten digits, five wide and seven high, a bit for each point.
const glyphs = [
  "01110 10001 10011 10101 11001 10001 01110",
  "00100 01100 00100 00100 00100 00100 01110",
  "01110 10001 00001 00110 01000 10000 11111",
  "01110 10001 00001 00110 00001 10001 01110",
  "00010 00110 01010 10010 11111 00010 00010",
  "11111 10000 11110 00001 00001 10001 01110",
  "00110 01000 10000 11110 10001 10001 01110",
  "11111 00001 00010 00100 01000 01000 01000",
  "01110 10001 10001 01110 10001 10001 01110",
  "01110 10001 10001 01111 00001 00010 01100",
];

/** Digits drawn somewhere on 12 by 12 points, with noise: pictures and one-hot labels. */
export function digits(tf, count, seed = 1) {
  const random = randomStream(seed);
  const pictures = new Float32Array(count * 144);
  const labels = Int32Array.from({ length: count }, (_, at) => at % 10);
  labels.forEach((label, at) => {
    const [left, top] = [Math.floor(random() * 8), Math.floor(random() * 6)];
    [...glyphs[label].replaceAll(" ", "")].forEach((point, place) => {
      const [row, column] = [top + Math.floor(place / 5), left + (place % 5)];
      pictures[at * 144 + row * 12 + column] = Number(point);
    });
    for (let point = 0; point < 144; point++) pictures[at * 144 + point] += 0.2 * random();
  });
  return {
    x: tf.tensor4d(pictures, [count, 12, 12, 1]),
    y: tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat(),
  };
}

/** A small CNN with everything that is hard to resume: dropout, moving averages, Adam. */
export function digitsModel(tf, { units = 10, learningRate = 0.01 } = {}) {
  const initial = (seed) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{ inputShape: [12, 12, 1], filters: 6, kernelSize: 3, activation: "relu" },
        kernelInitializer: initial(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units, activation: "softmax", kernelInitializer: initial(2) }),
    ],
  });
  const optimizer = tf.train.adam(learningRate);
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}
