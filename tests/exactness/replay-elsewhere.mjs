// Trains a session, or goes back to a step of it, and says what came of it, as JSON:
// node replay-elsewhere.mjs <folder> train | <step>
import { corpus, microGPT, open } from "forkpoint";

const [folder, what] = process.argv.slice(2);
const notices = [];
console.warn = (text) => notices.push(text);
const store = await open({ from: folder, keyframes: { minimumSteps: 20, share: 1 } });
const session = await store.session("travels", {
  model: microGPT({ layers: 2, heads: 2, embed: 32, block: 16 }),
  data: corpus.sonnets(),
  ...{ batchSize: 4, sampleTokens: 0, evaluateEvery: 1000 },
});
const found = {};
if (what === "train") {
  const run = session.train({ to: 60 });
  await run.until(33);
  found.digest = await session.digest();
  await run.done;
} else {
  const failure = await session.rewind(Number(what)).catch((error) => error);
  if (failure.code) Object.assign(found, { code: failure.code, message: failure.message });
  else found.digest = await session.digest();
}
const last = session.runs.at(-1) ?? store.store.runs.list(session.row.parentSessionId).at(-1);
found.isa = JSON.parse(last.engine).isa;
await store.close();
console.log(JSON.stringify({ ...found, notices }));
