// The feel of a million steps: what a scrub move costs the page's main thread while training goes on, how soon
// the curve is painted, what the page holds in memory, whether each spike of one step is seen, and whether a
// drag asks the kernel anything. Drives Chromium and reads its trace.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { PNG } from "pngjs";
import { million, SAMPLES, STEPS } from "./scrub/data.mjs";
import { servePage } from "./scrub/serve.mjs";
import { costsOfMoves, framesOfMoves, traced } from "./scrub/trace.mjs";

const MOVES = 240;
const GOALS = { move: 8, paint: 60, memory: 300 };

const KINDS = [
  { name: "as a page gets it when it is opened", stream: "sent", height: 1000 },
  { name: "trained while the page stood open: all rows are in it", stream: "full", height: 1000 },
  {
    name: "all views open and in sight, 20,000 snapshots, 500 sessions",
    ...{ stream: "sent", height: 2600, sections: true },
  },
];

const data = million();
const server = await servePage({ full: data.full, sent: data.sent });
const browser = await chromium.launch({
  executablePath: process.env.FORKPOINT_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc"],
});
try {
  for (const kind of KINDS) await measure(kind);
} finally {
  await browser.close();
  server.close();
}

async function measure({ name, stream, height, sections = false }) {
  const page = await browser.newPage({ viewport: { width: 1280, height } });
  page.on("pageerror", (error) => console.error(error.message));
  await page.goto(server.address);
  await page.waitForFunction(() => "bench" in window);
  const show = (shown) =>
    page.evaluate(async ({ stream, steps, ...rest }) => {
      const bytes = await window.bench.load(stream);
      window.shown = await window.bench.show(steps, bytes, rest);
      return window.shown.painted;
    }, shown);
  // Vega's chunk and the compilers are warm in a notebook that has shown a curve before.
  const all = { steps: STEPS, count: SAMPLES, whole: stream === "full", sections };
  await show({ ...all, stream: "sent", count: 10, whole: false });
  await page.waitForTimeout(1000);
  const closed = page.locator('.fp-section-button[aria-expanded="false"]');
  await closed.evaluateAll((buttons) => buttons.forEach((button) => button.click()));
  const painted = await show({ ...all, stream });
  await page.waitForTimeout(1000);
  const spikes = await spikesSeen(page);

  const cdp = await page.context().newCDPSession(page);
  const bar = await page.locator('[data-testid="fp-scrub-bar"]').boundingBox();
  const y = bar.y + bar.height / 2;
  const asked = await page.evaluate(() => window.bench.sent.length);
  const shown = () => page.evaluate(() => window.shown.timeline.cursorChanges.version());
  const before = await shown();
  const events = await traced(cdp, async () => {
    await page.mouse.move(bar.x + bar.width - 20, y);
    await page.mouse.down();
    const began = performance.now();
    for (let move = 0; move < MOVES; move++) {
      const part = 0.5 + 0.45 * Math.cos((move / MOVES) * Math.PI * 4);
      // At the pace of a mouse, whether or not the page keeps up: sixty a second.
      const x = bar.x + bar.width * part;
      void cdp.send("Input.dispatchMouseEvent", {
        type: "mouseMoved",
        x,
        y,
        button: "left",
        buttons: 1,
      });
      // Training goes on: a hundred steps a second.
      if (move % 60 === 30) void page.evaluate(() => window.shown.train());
      const wait = began + ((move + 1) * 1000) / 60 - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
    }
    await page.waitForTimeout(500);
    await page.mouse.up();
  });
  const followed = (await shown()) - before;
  const messages = (await page.evaluate(() => window.bench.sent.length)) - asked;
  const costs = costsOfMoves(events).sort((a, b) => a - b);
  const work = costsOfMoves(events, "tdur").sort((a, b) => a - b);
  const frames = framesOfMoves(events);
  const memory = await memoryOf(cdp);
  await page.close();

  const figures = (all) => {
    const at = (part) => all[Math.floor((all.length - 1) * part)].toFixed(1);
    return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`;
  };
  const line = (what, figure, goal) => console.log(`  ${what.padEnd(42)}${figure}   ${goal}`);
  console.log(`${name}: ${STEPS.toLocaleString("en-US")} steps, ${SAMPLES} samples`);
  line(`a scrub move by the clock, n=${costs.length}`, figures(costs), "");
  line("its main-thread work, by the processor", figures(work), `(goal: p95 ${GOALS.move} ms)`);
  const lost = `${frames.dropped} of ${frames.began}, ${frames.partial} more only in part`;
  line("frames dropped, as Chromium counts them", lost, "(goal: none)");
  line("moves above 16.7 ms by the clock", costs.filter((cost) => cost > 16.7).length, "");
  line("curve painted after its data", `${painted.toFixed(0)} ms`, `(goal: ${GOALS.paint} ms)`);
  line("page memory", memory, `(goal: ${GOALS.memory} MB)`);
  line("messages during the drag", messages, "(goal: 0)");
  line("spikes seen in the pixels", `${spikes} of ${data.spikes.length}`, "(goal: all)");
  line("steps shown in the drag", `${followed} in ${MOVES} moves`, "(goal: each frame)");
  if (followed < MOVES / 2 || messages > 0 || spikes < data.spikes.length) process.exitCode = 1;
}

/** How many spikes have pixels of the curve's colour above everything else that was recorded. */
async function spikesSeen(page) {
  const plot = page.locator('[data-testid="fp-plot"]');
  const picture = PNG.sync.read(await plot.screenshot());
  const { x, width, y } = await page.evaluate(
    (value) => {
      const area = document.querySelector('[data-testid="fp-plot"]').getBoundingClientRect();
      const [from, to] = [46, area.width - 10];
      // Where a value lies is read off the axis: between its two outermost labels.
      const labels = [...document.querySelectorAll(".fp-plot-canvas .mark-text text")]
        .map((text) => ({ box: text.getBoundingClientRect(), number: Number(text.textContent) }))
        .filter(({ box }) => box.right < area.left + 46)
        .map(({ box, number }) => ({ number, y: (box.top + box.bottom) / 2 - area.top }))
        .sort((a, b) => a.number - b.number);
      const [low, high] = [labels[0], labels.at(-1)];
      const at = low.y + ((value - low.number) / (high.number - low.number)) * (high.y - low.y);
      return { x: from, width: to - from, y: at };
    },
    data.high + (data.spike - data.high) * 0.5,
  );
  return data.spikes.filter((step) => {
    const column = Math.round(x + (step / (STEPS - 1)) * width);
    for (let left = column - 2; left <= column + 2; left++) {
      const at = (Math.round(y) * picture.width + left) * 4;
      const [red, , blue] = picture.data.subarray(at, at + 3);
      if (blue - red > 40) return true;
    }
    return false;
  }).length;
}

/** What scripts hold, their buffers among it, after a collection; and what the process holds by itself. */
async function memoryOf(cdp) {
  await cdp.send("HeapProfiler.collectGarbage");
  const heap = await cdp.send("Runtime.getHeapUsage");
  const bytes = heap.usedSize + (heap.embedderHeapUsedSize ?? 0) + (heap.backingStorageSize ?? 0);
  const root = await browser.newBrowserCDPSession();
  const { processInfo } = await root.send("SystemInfo.getProcessInfo");
  await root.detach();
  const anonymous = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) =>
      Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]),
    );
  const most = Math.max(...anonymous) / 1024;
  return `${(bytes / 2 ** 20).toFixed(0)} MB by scripts, ${most.toFixed(0)} MB by the process`;
}
