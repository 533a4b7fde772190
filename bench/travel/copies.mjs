import { open } from "@forkpoint/training";
import { emptyFolder, median, quantile, settings, stepTimes, timed } from "./measure.mjs";

const SAVES = 20;
const FORKS = 20;
const RESTORES = 10;
const STEPS_BETWEEN = 10;

/** At two sizes: what a save makes training wait, a fork at a keyframe, a restore that is verified. */
export async function copies() {
  for (const size of ["0.8 M", "25 M"]) await ofSize(size);
}

async function ofSize(size) {
  const store = await open({
    from: emptyFolder(),
    // Only what is asked for is stored.
    keyframes: { minimumSteps: 1e9, share: 1e-9, seconds: 1e9 },
  });
  const session = await store.session("bench", settings(size));
  const run = session.train({ to: (SAVES + 2) * STEPS_BETWEEN });
  const saved = [];
  for (let at = 1; at <= SAVES; at++) {
    const step = (at + 1) * STEPS_BETWEEN;
    // Asked one step ahead: the save is taken up while training runs at full speed.
    const { step: now } = await run.until(step - 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const model = await session.save("kept", { replace: true });
    if (model.step > now) saved.push(model.step);
  }
  await run.done;
  const { gaps, own } = await stepTimes(session);
  const near = new Set(saved.flatMap((step) => [0, 1, 2, 3].map((more) => step + more)));
  const plain = gaps
    .map((_, step) => step)
    .filter((step) => step > STEPS_BETWEEN && !near.has(step));
  const waits = (step) => gaps[step] - own[step + 1];
  const usual = { wait: median(plain.map(waits)), step: median(plain.map((step) => own[step])) };
  const stalls = saved.map((step) => waits(step) - usual.wait);
  report(size, "save stall", stalls, `a step takes ${usual.step.toFixed(0)} ms`);
  const slower = saved.map((step) => own[step + 1] + own[step + 2] - 2 * usual.step);
  report(
    size,
    "two steps beside it",
    slower,
    "longer than others, while the store hashes and writes",
  );

  const at = saved.at(-1);
  const forks = [];
  for (let turn = 0; turn < FORKS; turn++)
    forks.push(await timed(() => session.fork(`fork ${turn}`, { at })));
  report(size, "fork at a keyframe", forks);

  const { id, bytes } = store.store.checkpoints.latest(session.id, at);
  const restores = [];
  for (let turn = 0; turn < RESTORES; turn++)
    restores.push(await timed(() => store.store.readTensors(id)));
  report(size, "read and verified", restores, `${(bytes / 2 ** 20).toFixed(0)} MiB`);
  const rewinds = [];
  for (let turn = 0; turn < RESTORES; turn++) {
    await session.train({ steps: 1 }).done;
    rewinds.push(await timed(() => session.rewind(at)));
  }
  report(size, "rewind to it", rewinds, "verified, in the warm engine");
  await store.close();
}

function report(size, title, times, note = "") {
  console.log(
    `  ${size.padEnd(6)} ${title.padEnd(19)} median ${median(times).toFixed(1)} ms, p95 ` +
      `${quantile(times, 0.95).toFixed(1)} ms, n=${times.length}${note ? `; ${note}` : ""}`,
  );
}
