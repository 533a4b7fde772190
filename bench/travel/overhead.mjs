import { open } from "@forkpoint/training";
import { emptyFolder, median, settings, stepTimes, trimmedMean } from "./measure.mjs";

const STEPS = 6000;
/** Steps after a keyframe that may be slower because the store hashes and writes beside them. */
const WINDOW = 12;

/**
 * What keyframes cost training. Stretches with and without lie in one run: the steps right after each
 * keyframe, and as many half-way to the next one. What the first take longer is the wait for the copy
 * and the slowdown by the store worker; a minute's drift of the machine is in both.
 */
export async function overhead() {
  const store = await open({ from: emptyFolder() });
  const session = await store.session("bench", settings());
  await session.train({ to: STEPS }).done;
  const { gaps } = await stepTimes(session);
  const kept = store.store.checkpoints
    .list(session.id)
    .filter(({ trigger }) => trigger === "auto")
    .map(({ step }) => step);
  const sum = (from) => gaps.slice(from, from + WINDOW).reduce((total, gap) => total + gap, 0);
  const shares = [];
  const costs = [];
  for (let at = 0; at + 1 < kept.length; at++) {
    const [from, next] = [kept[at], kept[at + 1]];
    const middle = Math.floor((from + WINDOW + next - WINDOW) / 2);
    if (middle < from + WINDOW || middle + WINDOW > next) continue;
    const rest = gaps.slice(from + WINDOW, next);
    const cost = sum(from) - sum(middle);
    costs.push(cost);
    shares.push(
      cost / ((rest.reduce((total, gap) => total + gap, 0) / rest.length) * (next - from)),
    );
  }
  const { mean, upper } = trimmedMean(shares);
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  console.log(
    `  keyframes cost     ${percent(mean)} of training time, upper 95 % bound ${percent(upper)} ` +
      `(trimmed mean; median ${percent(median(shares))}), n=${shares.length} keyframes; each ` +
      `${trimmedMean(costs).mean.toFixed(1)} ms, a step ${median(gaps).toFixed(1)} ms`,
  );
  await store.close();
}
