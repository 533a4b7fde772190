// Trains a small CNN on drawn digits by model.fit, in a process of its own, and prints what came out
// as JSON: node fit.mjs <folder> <epochs> [<step to stop at>] [kill]
import * as tf from "@tensorflow/tfjs";
import { open } from "forkpoint";
import { digits, digitsModel } from "../support/digits.mjs";

const [folder, epochs, stopAt, how] = process.argv.slice(2);
const store = await open({ from: folder, keyframes: { minimumSteps: 10, share: 1 } });
const model = digitsModel(tf);
const session = await store.session("digits", { model, seed: 3 });
const from = session.step;
const { x, y } = digits(tf, 150);
const fitting = model.fit(x, y, {
  ...{ epochs: Number(epochs), batchSize: 16, validationSplit: 0.2, verbose: 0 },
  callbacks: session.callback(),
});
if (stopAt) {
  // The session shows its run as soon as the fit has begun.
  while (!session.run) await new Promise((resolve) => setImmediate(resolve));
  await session.run.until(Number(stopAt));
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  await session.run.stop();
}
const { history } = await fitting;
const table = await session.metrics();
const column = (name) => Array.from(table.getChild(name) ?? [], (value) => value);
console.log(
  JSON.stringify({
    ...{ from, step: session.step, digest: await session.digest() },
    ...{
      losses: column("train_loss"),
      accuracy: column("acc"),
      validation: column("validation_loss"),
    },
    ...{ history, weights: model.getWeights().map((it) => Array.from(it.dataSync()).slice(0, 3)) },
    status: session.runs.at(-1)?.status,
  }),
);
await store.close();
