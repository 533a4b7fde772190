// Trains a MicroGPT of 0.8 M parameters and says what the process weighs, as JSON lines:
// node train-and-weigh.mjs <folder> <step> <step> …
import { corpus, microGPT, open } from "forkpoint";

const [folder, ...steps] = process.argv.slice(2);
const store = await open({ from: folder });
const session = await store.session("heavy", {
  model: microGPT("small"),
  data: corpus.sonnets(),
  ...{ evaluateEvery: 250, sampleTokens: 8 },
});
for (const step of steps.map(Number)) {
  await session.train({ to: step }).done;
  console.log(JSON.stringify({ step, bytes: process.memoryUsage.rss() }));
}
await store.close();
