// What recording samples, probabilities, attention and embeddings costs training: two sessions alike but
// for `snapshots`, trained in turns of 200 steps, so that a minute's drift of the machine is in both.
import { open } from "@forkpoint/training";
import { emptyFolder, median, settings, trimmedMean } from "./travel/measure.mjs";

const TURN = 200;
const turns = Number(process.argv[2] ?? 20);

const store = await open({ from: emptyFolder() });
const wanted = { ...settings(), evaluateEvery: 100, sampleTokens: 120, prompt: "Shall I" };
const sessions = [
  await store.session("with", wanted),
  await store.session("without", { ...wanted, snapshots: false }),
];
const runs = [];
for (const session of sessions) {
  const run = session.train({ to: 10_000_000 });
  await run.until(TURN);
  await run.pause();
  runs.push(run);
}
const ratios = [];
for (let turn = 1; turn <= turns; turn++) {
  const took = [0, 0];
  for (const which of turn % 2 === 0 ? [0, 1] : [1, 0]) {
    const began = performance.now();
    await runs[which].continue();
    await runs[which].until((turn + 1) * TURN);
    took[which] = performance.now() - began;
    await runs[which].pause();
  }
  ratios.push(took[0] / took[1] - 1);
}
const percent = (share) => `${(100 * share).toFixed(2)} %`;
const { mean, upper } = trimmedMean(ratios);
const kinds = {};
for (const { kind } of await sessions[0].snapshots()) kinds[kind] = (kinds[kind] ?? 0) + 1;
console.log(
  `  snapshots cost     ${percent(mean)} of training time, upper 95 % bound ${percent(upper)} (trimmed mean; ` +
    `median ${percent(median(ratios))}), n=${turns} turns of ${TURN} steps; recorded ${JSON.stringify(kinds)}`,
);
await Promise.all(runs.map((run) => run.stop()));
await store.close();
process.exit(0);
