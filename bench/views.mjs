// What open views cost training: a session trains in a notebook of real JupyterLab with all sections of its
// dashboard open in Chromium, which is stopped and let go by turns; the steps of each turn are counted. What
// the kernel sends to a page goes out in both. JupyterLab's own page is stopped and let go with the views: what
// it takes without them is measured first.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@forkpoint/checkpoints";
import { chromium } from "playwright-core";

const PAIRS = Number(process.argv[2] ?? 60);
/** Length of a turn, and how much of its beginning is not counted: what waited is drawn then. */
const TURN_MS = 9000;
const SETTLE_MS = 1000;
const GOAL = 0.02;

const python = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "forkpoint-views-"));
const cells = [
  `import { open, microGPT, corpus, adamW, dashboard } from "forkpoint";
const store = await open();
const session = await store.session("watched", {
  model: microGPT({ layers: 4, heads: 4, embed: 128, block: 64, dropout: 0 }),
  data: corpus.sonnets(),
  optimizer: adamW({ learningRate: 1e-3 }),
  batchSize: 12,
  seed: 1337,
});
const run = session.train({ to: 1_000_000 });`,
  "dashboard(session)",
].map((source, at) => ({
  ...{ cell_type: "code", id: `cell-${at}`, source, metadata: {}, outputs: [] },
  execution_count: null,
}));
const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
writeFileSync(join(folder, "watched.ipynb"), JSON.stringify(notebook));

const lab = await startLab();
const browser = await chromium.launchPersistentContext(join(folder, "profile"), {
  executablePath: process.env.FORKPOINT_CHROMIUM ?? "/usr/bin/chromium",
  headless: false,
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
  viewport: { width: 1280, height: 2600 },
});
const turns = [];
let bare = 0;
try {
  const page = browser.pages()[0];
  await page.goto(lab.address);
  await page.locator(".jp-Toolbar-kernelName", { hasText: "Forkpoint" }).waitFor();
  await page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first().waitFor();
  await runCell(page, 1);
  await page.waitForTimeout(30_000);
  const watching = tree(chromiumPid());
  bare = await shareOf(watching, 20_000);
  await runCell(page, 2);
  await page.locator('[data-testid="fp-scrub-bar"]').waitFor({ timeout: 120_000 });
  const closed = page.locator('.fp-section-button[aria-expanded="false"]');
  while ((await closed.count()) > 0) await closed.first().click();
  await page.waitForTimeout(15_000);
  const training = tree(lab.pid);
  const send = (signal) => watching.forEach((pid) => process.kill(pid, signal));
  for (let turn = 0; turn < 2 * PAIRS; turn++) {
    // A, B, B, A: what changes evenly with time falls on both.
    const open = turn % 4 === 0 || turn % 4 === 3;
    send(open ? "SIGCONT" : "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const delayed = delays(training);
    const from = Date.now();
    const share = await shareOf(watching, TURN_MS - SETTLE_MS);
    const to = Date.now();
    turns.push({ open, from, to, share, waited: (delays(training) - delayed) / (to - from) });
  }
  send("SIGCONT");
  await page.locator('[data-testid="fp-stop"]').first().click();
  await page.waitForTimeout(3000);
} finally {
  await browser.close();
  lab.stop();
}

const store = await openStore({ from: folder, create: false });
const columns = ["wall", "validation_loss"];
const metrics = await store.readMetrics(store.sessions.byName("watched").id, { columns });
const wall = Array.from(metrics.getChild("wall"), Number);
const evaluated = Array.from(metrics.getChild("validation_loss"), (loss) => loss !== null);
await store.close();
rmSync(folder, { recursive: true, force: true });

// Behind an evaluated step lies the evaluation, as long as six steps: how many fall into a turn is chance.
const speeds = turns.map(({ from, to }) => {
  let [steps, took] = [0, 0];
  for (let at = 1; at < wall.length; at++) {
    if (wall[at - 1] < from || wall[at] >= to || evaluated[at - 1]) continue;
    steps++;
    took += wall[at] - wall[at - 1];
  }
  return (steps * 1000) / took;
});
const slower = [];
for (let pair = 0; pair < PAIRS; pair++) {
  const both = [2 * pair, 2 * pair + 1];
  const [open, shut] = [both.find((at) => turns[at].open), both.find((at) => !turns[at].open)];
  slower.push(1 - speeds[open] / speeds[shut]);
}
const percent = (value) => `${(value * 100).toFixed(2)} %`;
const median = (of) => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)];
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const mean = meanOf(slower);
const spread = Math.sqrt(slower.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (PAIRS - 1));
const bound = mean + (1.65 * spread) / Math.sqrt(PAIRS);
const speed = (open) => median(speeds.filter((_, at) => turns[at].open === open)).toFixed(1);
const middle = middleOf(slower);
console.log(`  steps a second, views open / stopped      ${speed(true)} / ${speed(false)}`);
console.log(
  `  training slower by open views, n=${PAIRS} pairs of turns   (goal: ${percent(GOAL)})`,
);
console.log(`    middle ${percent(middle.value)}, upper 95 % bound ${percent(middle.upper)}`);
console.log(`    mean   ${percent(mean)}, upper 95 % bound ${percent(bound)}`);

const waited = (open) =>
  median(turns.filter((turn) => turn.open === open).map((turn) => turn.waited));
console.log(
  `  the kernel's threads waited for a processor, of each second   ${percent(waited(true))} / ${percent(waited(false))}`,
);
const shares = turns.filter(({ open }) => open).map(({ share }) => share);
const share = meanOf(shares);
console.log(
  `  of a core, Chromium with views open / with JupyterLab alone   ${percent(share)} / ${percent(bare)}`,
);
const ours = Math.max(0, 1 - bare / share);
console.log(
  `  of the slowdown, by these, that of the views   ${percent(mean * ours)}, upper 95 % bound ${percent(bound * ours)}`,
);

/**
 * The middle of all averages of two pairs, and the bound that Wilcoxon's test gives for it: what other
 * programs do to a few turns weighs no more there than that these are out of the way (Hodges and Lehmann,
 * 1963).
 */
function middleOf(values) {
  const n = values.length;
  const averages = values.flatMap((one, at) => values.slice(at).map((other) => (one + other) / 2));
  averages.sort((a, b) => a - b);
  const total = averages.length;
  const reach = 1.65 * Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
  const upper = averages[Math.min(total - 1, Math.ceil(total / 2 + reach))];
  return { value: averages[Math.floor(total / 2)], upper };
}

/** Starts JupyterLab and gives the address of the notebook. */
async function startLab() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  const server = spawn(
    python,
    [
      ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"],
      ...[`--ServerApp.port=${port}`, `--ServerApp.root_dir=${folder}`],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  const token = await new Promise((resolve, reject) => {
    server.stderr.on("data", (data) => {
      said += data;
      const found = /token=(\w+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.on("close", () => reject(new Error(said)));
  });
  return {
    address: `http://127.0.0.1:${port}/lab/tree/watched.ipynb?token=${token}`,
    pid: server.pid,
    stop: () => server.kill("SIGTERM"),
  };
}

/** Runs the cell that stands at this place, from 1. Asked soon after the kernel is there, JupyterLab may drop it. */
async function runCell(page, place) {
  const cell = page.locator(".jp-Notebook-cell").nth(place - 1);
  while (!(await cell.locator(".jp-InputPrompt", { hasText: /[*\d]/ }).isVisible())) {
    await cell.locator(".jp-InputPrompt").click();
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(1500);
  }
}

/** Which part of a processor processes take, over a while. */
async function shareOf(pids, ms) {
  const [before, from] = [processorSeconds(pids), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ((processorSeconds(pids) - before) * 1000) / (performance.now() - from);
}

/** Processor time that processes have taken, in seconds. */
function processorSeconds(pids) {
  const ticks = pids.map((pid) => {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8")) ?? ") 0";
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / 100;
}

/** Milliseconds in which threads of processes could have run and had no processor, all together. */
function delays(pids) {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of attempt(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
      const stat = attempt(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
      nanoseconds += Number(stat?.split(" ")[1] ?? 0);
    }
  }
  return nanoseconds / 1e6;
}

function statusOf(pid) {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}

/** The browser's first process: the one that was given our profile. */
function chromiumPid() {
  const mine = (pid) => {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return words.includes(join(folder, "profile")) && !words.includes("--type=");
  };
  return Number(processes().find((pid) => attempt(() => mine(pid))));
}

/** A process and all that come of it. */
function tree(root) {
  const children = processes().filter(
    (pid) => Number(attempt(() => /PPid:\s+(\d+)/.exec(statusOf(pid))[1])) === root,
  );
  return [root, ...children.flatMap((pid) => tree(Number(pid)))];
}

function processes() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

// A process may end while it is looked at.
function attempt(look) {
  try {
    return look();
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return null;
    throw error;
  }
}
