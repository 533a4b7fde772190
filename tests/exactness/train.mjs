// Trains one session in a process of its own and prints digests as JSON:
// node train.mjs <folder> straight | save | resume  [compiled | eager]
import { adamW, corpus, microGPT, open } from "forkpoint";

const [folder, mode, engine] = process.argv.slice(2);
const store = await open({ from: folder });
const options = {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16, dropout: 0.1 }),
  data: corpus.sonnets(),
  optimizer: adamW({
    ...{ learningRate: 1e-2, schedule: "cosine", warmupSteps: 10, decaySteps: 50 },
  }),
  batchSize: 4,
  seed: 11,
  evaluateEvery: 20,
  sampleTokens: 8,
  engine,
};
const session =
  mode === "resume" ? await store.models.load("at 25") : await store.session("exact", options);
const from = session.step;
const run = session.train({ to: 60 });
let saved = null;
if (mode === "save") {
  await run.until(25);
  saved = (await session.save("at 25")).step;
}
await run.done;
const table = await session.metrics({ columns: ["train_loss"] });
const losses = Array.from(table.getChild("train_loss"), (loss) => loss);
const result = {
  from,
  saved,
  step: session.step,
  digest: await session.digest(),
  losses,
  engine: JSON.parse(session.runs.at(-1).engine).mode,
  graph: store.store.checkpoints.manifest(store.store.checkpoints.latest(session.id).id).blobs
    .graph,
  path: store.path,
};
await store.close();
console.log(JSON.stringify(result));
