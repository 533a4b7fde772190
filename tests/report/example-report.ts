import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder, root, succeed } from "../support/child.js";

/** The forkpoint command. */
export const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
/** What the notebook and its report are called, without their endings. */
export const EXAMPLE = "seen";

/** Views that show something else at another step. */
export const scrubbed = [
  ...["dashboard", "scrubBar", "lossCurve", "textProgress"],
  ...["probabilityTower", "attentionCinema", "embeddingMap"],
];

const others = ["modelLibrary", "sessionTree", "runHistory", "compare"];

const PROSE = "The loss $L = -\\log p$ falls:\n\n$$\\frac{1}{N} \\sum_{i<N} L_i$$";

const cells = [
  `import { open, microGPT, corpus, adamW, Widget } from "forkpoint";
import { ${scrubbed.join(", ")}, ${others.join(", ")} } from "forkpoint";
const store = await open();
const session = await store.session("sonnets", {
  model: microGPT({ layers: 1, heads: 2, embed: 16, block: 16 }), data: corpus.sonnets(), seed: 3,
  optimizer: adamW({ learningRate: 1e-2 }), batchSize: 4, evaluateEvery: 20, sampleTokens: 20,
});
await session.train({ to: 60 }).done;
await session.train({ to: 120 }).done;
await session.save("First words");
const hot = await session.fork("hot", { at: 60, optimizer: adamW({ learningRate: 2e-2 }) });
await hot.train({ to: 100 }).done;`,
  ...scrubbed.map((view) => `${view}(session)`),
  "modelLibrary(store)",
  "sessionTree(store)",
  "runHistory(session)",
  "compare(session, hot)",
  `const base = { module: "@jupyter-widgets/base", moduleVersion: "2.0.0" };
const controls = { module: "@jupyter-widgets/controls", moduleVersion: "2.0.0" };
const layout = new Widget({ ...base, model: "LayoutModel", view: "LayoutView", state: {} });
const style = new Widget({ ...controls, model: "SliderStyleModel", view: "StyleView", state: {} });
new Widget({ ...controls, model: "IntSliderModel", view: "IntSliderView", state: { value: 42, min: 0, max: 100, layout, style } })`,
];

/** How many views the notebook shows: those, the others and a slider. */
export const viewCount = scrubbed.length + others.length + 1;

/**
 * Runs the notebook by `forkpoint run`, makes its report by `forkpoint report`, and returns the
 * folder of both.
 */
export async function makeReport(): Promise<string> {
  const folder = emptyFolder("report");
  const cell = { cell_type: "code", metadata: {}, outputs: [], execution_count: null };
  const kernelspec = { name: "forkpoint", display_name: "TypeScript", language: "typescript" };
  const prose = { cell_type: "markdown", id: "prose", metadata: {}, source: PROSE };
  const content = {
    cells: [prose, ...cells.map((source, at) => ({ ...cell, id: `cell-${at}`, source }))],
    ...{ metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 },
  };
  const path = join(folder, `${EXAMPLE}.ipynb`);
  writeFileSync(path, JSON.stringify(content));
  await succeed(process.execPath, [command, "run", path], { cwd: folder });
  await succeed(process.execPath, [command, "report", path], { cwd: folder });
  return folder;
}
