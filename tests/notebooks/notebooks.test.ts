import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, root, runProgram } from "../support/child.js";

interface Output {
  output_type: string;
  data?: Record<string, string | string[]>;
  text?: string | string[];
  ename?: string;
  traceback?: string[];
}
interface Notebook {
  cells: { cell_type: string; source: string | string[]; outputs?: Output[] }[];
  metadata: { widgets?: Record<string, { state: Record<string, WidgetState> }> };
}
interface WidgetState {
  model_name: string;
  state: Record<string, unknown>;
  buffers?: { data: string; path: (string | number)[] }[];
}

const forkpoint = join(root, "kernel/forkpoint/bin/forkpoint.mjs");

async function runNotebook(
  name: string,
  parameters: string[] = [],
  folder = emptyFolder("notebook"),
) {
  const [input, output] = [join(folder, name), join(folder, "out.ipynb")];
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [forkpoint, "run", input, "-o", output, ...parameters],
    {
      cwd: folder,
    },
  );
  const notebook = JSON.parse(readFileSync(output, "utf8")) as Notebook;
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
  return { code, stdout, stderr, notebook, outputs, folder };
}

const text = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join("") : (value ?? "");

/** What the examples lead up to, in their printed words. */
const endings: Record<string, RegExp> = {
  "01-train-and-rewind.ipynb": /The fork beats its parent: validation loss \d\.\d{3}/,
  "03-compare-and-merge.ipynb": /Validation loss \d\.\d{3} before, \d\.\d{3} after: kept/,
};

/**
 * The examples train what takes minutes; here each is run with a smaller model, word for word the
 * same otherwise. The long form runs them as they are.
 */
const smaller: Record<string, [string, string][]> = {
  "01-train-and-rewind.ipynb": [
    ["layers: 4, heads: 4, embed: 128, block: 64", "layers: 2, heads: 2, embed: 32, block: 32"],
  ],
  "03-compare-and-merge.ipynb": [
    ["layers: 2, heads: 4, embed: 64, block: 32", "layers: 1, heads: 2, embed: 32, block: 32"],
  ],
};

function writeExample(name: string, folder: string): void {
  let source = readFileSync(join(root, "notebooks", name), "utf8");
  for (const [committed, here] of process.env["FORKPOINT_LONG"] ? [] : (smaller[name] ?? [])) {
    expect(source).toContain(committed);
    source = source.replace(committed, here);
  }
  writeFileSync(join(folder, name), source);
}

describe("the examples as committed", () => {
  test.each(readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb")))(
    "%s shows pictures on a forge, needs no kernel for them, and names no folder of a machine",
    (name) => {
      const source = readFileSync(join(root, "notebooks", name), "utf8");
      const { cells, metadata } = JSON.parse(source) as Notebook;
      const outputs = cells.flatMap((cell) => cell.outputs ?? []);
      expect(outputs.some(({ data }) => text(data?.["image/svg+xml"]).includes("<svg"))).toBe(true);
      expect(metadata.widgets).toBeUndefined();
      expect(source).not.toMatch(/\/(tmp|home|root|Users|work)\/|widget-view\+json|C:\\/);
    },
  );
});

describe("forkpoint run", () => {
  test.each(readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb")))(
    "%s runs to its end in an empty folder, waits for training, keeps widget state",
    async (name) => {
      const folder = emptyFolder("notebook");
      writeExample(name, folder);
      const { code, stdout, outputs, notebook } = await runNotebook(name, [], folder);
      // Only the first waits in its cells for all that it trains.
      if (!name.startsWith("01")) expect(stdout).toMatch(/step \d+ of \d+/);
      expect(code).toBe(0);
      expect(outputs.filter(({ output_type }) => output_type === "error")).toEqual([]);
      const dashboard = outputs.find(
        ({ data }) => data?.["application/vnd.jupyter.widget-view+json"],
      );
      expect(text(dashboard?.data?.["text/plain"])).toMatch(/completed/);
      expect(text(dashboard?.data?.["image/svg+xml"])).toContain("<polyline");
      const states = Object.values(
        notebook.metadata.widgets!["application/vnd.jupyter.widget-state+json"]!.state,
      );
      const timeline = states.find(({ model_name }) => model_name === "TimelineModel")!;
      expect(timeline.state["run"]).toMatchObject({
        status: "completed",
        target: timeline.state["step"],
      });
      expect(timeline.buffers).toEqual([expect.objectContaining({ path: ["metrics", 0] })]);
      expect(timeline.buffers![0]!.data.length).toBeGreaterThan(1000);
      const snapshots = states.find(({ model_name }) => model_name === "SnapshotsModel")!;
      if (name.startsWith("02")) expect(snapshots.state["reason"]).toMatch(/numbers only/);
      const printed = outputs.map((output) => text(output.text)).join("");
      if (endings[name]) expect(printed).toMatch(endings[name]);
    },
  );

  test("an exception in a cell and one in training behind it show in the notebook with their stacks", async () => {
    const folder = emptyFolder("failing");
    const cell = (source: string) => ({
      cell_type: "code",
      id: `c${Math.random().toString(36).slice(2)}`,
      metadata: { tags: ["raises-exception"] },
      source,
      outputs: [],
      execution_count: null,
    });
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "forkpoint", display_name: "f", language: "typescript" } },
      cells: [
        cell(
          'import { open, microGPT, corpus, adamW } from "forkpoint";\nconst store = await open();',
        ),
        cell('function fails() {\n  throw new RangeError("of my own");\n}\nfails();'),
        cell(
          'const session = await store.session("explodes", {\n  model: microGPT({ layers: 1, heads: 1, embed: 8, block: 8 }),\n  data: corpus.sonnets(),\n  optimizer: adamW({ learningRate: 1e30 }),\n  sampleTokens: 0,\n});\nsession.train({ to: 50 });',
        ),
        cell("1 + 1"),
      ],
    };
    writeFileSync(join(folder, "failing.ipynb"), JSON.stringify(notebook));
    const { code, notebook: ran } = await runNotebook("failing.ipynb", [], folder);
    const [, own, training, after] = ran.cells.map(({ outputs }) => outputs!);
    expect(own![0]).toMatchObject({ output_type: "error", ename: "RangeError" });
    expect(own![0]!.traceback!.join("\n")).toContain("fails");
    const failure = training!.find(({ output_type }) => output_type === "error");
    expect(failure).toMatchObject({ ename: "LossNotFinite" });
    expect(text(after![0]!.data!["text/plain"])).toBe("2");
    expect(code).toBe(1);
  });
});
