import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { open } from "@forkpoint/training";
import { emptyFolder, median, quantile, randomNumbers, settings, timed } from "./measure.mjs";

const LAST = 2000;
const REWINDS = 41;

/** What 2,000 steps take on disk, and how long it takes to stand at a random one of them. */
export async function rewinds() {
  const store = await open({ from: emptyFolder() });
  const session = await store.session("bench", settings());
  await session.train({ to: LAST }).done;
  const { count, bytes, longestGap } = session.keyframes;
  const packs = join(store.path, "packs");
  const state = Math.max(...readdirSync(packs).map((name) => statSync(join(packs, name)).size));
  const whole = (LAST + 1) * state;
  console.log(
    `  on disk            ${count} keyframes, ${(bytes / 2 ** 20).toFixed(0)} MiB; ` +
      `every step would take ${(whole / bytes).toFixed(1)}x that; longest gap ${longestGap} steps`,
  );
  const random = randomNumbers(7);
  const warm = [];
  const cold = [];
  for (let turn = 0; turn < REWINDS; turn++) {
    const branch = await session.fork(`at ${turn}`, { at: LAST });
    const step = Math.floor(random() * LAST);
    // Its engine is up and has trained, as that of a session one works with; every fourth has none.
    const fresh = turn % 4 === 3;
    if (!fresh) await branch.train({ steps: 1 }).done;
    (fresh ? cold : warm).push(await timed(() => branch.rewind(step)));
    await branch.close();
  }
  const line = (title, times) =>
    console.log(
      `  ${title.padEnd(18)} median ${median(times).toFixed(0)} ms, p95 ` +
        `${quantile(times, 0.95).toFixed(0)} ms, to a random step of ${LAST}, n=${times.length}`,
    );
  line("rewind", warm);
  line("rewind, no engine", cold);
  await store.close();
}
