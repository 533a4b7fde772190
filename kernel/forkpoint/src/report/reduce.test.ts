import { tableFromArrays, tableFromIPC, tableToIPC } from "apache-arrow";
import { expect, test } from "vitest";
import { reduceTo } from "./reduce.js";
import { bytesOf, checkedWidgets } from "./saved-widgets.js";
import type { SavedBuffer, SavedModel } from "./saved-widgets.js";

const named = { model_module: "@forkpoint/widgets", model_module_version: "^0.1.0" };

function stream(from: number, count: number): SavedBuffer["data"] {
  const step = BigInt64Array.from({ length: count }, (_, row) => BigInt(from + row));
  const train_loss = Float64Array.from(step, (at) => Math.sin(Number(at)));
  return Buffer.from(tableToIPC(tableFromArrays({ step, train_loss }), "stream")).toString(
    "base64",
  );
}

function timeline(samples: number): SavedModel {
  return {
    ...named,
    model_name: "TimelineModel",
    state: {
      session: { name: "sonnets" },
      metrics: [null, null],
      samples: Array.from({ length: samples }, (_, at) => ({
        step: at * 10,
        text: "x".repeat(200),
      })),
      reduced_until: null,
    },
    buffers: [
      { path: ["metrics", 0], encoding: "base64", data: stream(0, 100_000) },
      { path: ["metrics", 1], encoding: "base64", data: stream(100_000, 100_000) },
    ],
  };
}

const library: SavedModel = {
  ...named,
  model_name: "LibraryModel",
  state: { models: Array.from({ length: 50 }, (_, at) => ({ id: `m${at}`, step: at })) },
};

const saved = (state: Record<string, SavedModel>) =>
  checkedWidgets({ version_major: 2, version_minor: 0, state });

test("what fits is left as it is", () => {
  const widgets = saved({ library });
  const before = JSON.stringify(widgets);
  expect(reduceTo(widgets, 100_000)).toEqual([]);
  expect(JSON.stringify(widgets)).toBe(before);
});

test("curve and samples share the budget, the library stays whole, and the file says what was left out", () => {
  const widgets = saved({ t: timeline(20_000), library });
  const notes = reduceTo(widgets, 1_000_000);
  expect(JSON.stringify(widgets).length).toBeLessThanOrEqual(1_020_000);
  expect(JSON.stringify(widgets).length).toBeGreaterThan(700_000);
  const { state, buffers } = widgets.state["t"]!;
  expect(state["metrics"]).toHaveLength(1);
  expect(buffers).toHaveLength(1);
  const steps = tableFromIPC(bytesOf(buffers![0]!)).getChild("step")!;
  expect([steps.get(0), steps.get(steps.length - 1)]).toEqual([0n, 199_999n]);
  expect(state["reduced_until"]).toBe(199_999);
  const samples = state["samples"] as { step: number }[];
  expect([samples[0]!.step, samples.at(-1)!.step]).toEqual([0, 199_990]);
  const gaps = samples.slice(1).map(({ step }, at) => step - samples[at]!.step);
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(10);
  expect(widgets.state["library"]!.state["models"]).toHaveLength(50);
  expect(notes.join("\n")).toMatch(/curve of “sonnets”: 200,000 steps reduced to [\d,]+ points/);
  expect(notes.join("\n")).toMatch(/samples of “sonnets”: 20,000 entries thinned evenly to [\d,]+/);
});

test("bytes of entries that go, go too; those that stay find their place again", () => {
  const items = Array.from({ length: 1000 }, (_, step) => ({ step, map: null }));
  const buffers = items.map(({ step }) => ({
    path: ["snapshots", step, "map"],
    encoding: "base64" as const,
    data: Buffer.from(`${step}`.padEnd(300)).toString("base64"),
  }));
  const model = { ...named, model_name: "X", state: { snapshots: items }, buffers };
  const widgets = saved({ x: model });
  reduceTo(widgets, 100_000);
  const { state, buffers: left } = widgets.state["x"]!;
  const kept = state["snapshots"] as { step: number }[];
  expect(left).toHaveLength(kept.length);
  expect(kept.length).toBeLessThan(400);
  for (const buffer of left!) {
    const text = Buffer.from(bytesOf(buffer)).toString().trim();
    expect(kept[buffer.path[1] as number]!.step).toBe(Number(text));
  }
});

test("snapshots packed one behind the other lose entries and bytes together, of each kind its share", () => {
  const kinds = ["attention", "probabilities"];
  const entries = Array.from({ length: 1000 }, (_, at) => {
    const kind = kinds[Number(at >= 500)]!;
    return { step: (at % 500) * 10, kind, size: kind === "attention" ? 400 : 40 };
  });
  const bytes = Buffer.concat(
    entries.map(({ step, size }) => Buffer.alloc(size, `${step};`.padEnd(8))),
  );
  const half = bytes.length / 2;
  const pack = (at: number, part: Buffer): SavedBuffer => {
    return { path: ["packs", at], encoding: "base64", data: part.toString("base64") };
  };
  const buffers = [pack(1, bytes.subarray(half)), pack(0, bytes.subarray(0, half))];
  const state = { entries, packs: [null, null] };
  const widgets = saved({ x: { ...named, model_name: "SnapshotsModel", state, buffers } });
  expect(reduceTo(widgets, 100_000)).toEqual([expect.stringMatching(/snapshots: 1,000 thinned/)]);
  const { state: reduced, buffers: left } = widgets.state["x"]!;
  const kept = reduced["entries"] as typeof entries;
  const packed = Buffer.from(bytesOf(left![0]!));
  expect([left!.length, packed.length]).toEqual([1, kept.reduce((sum, { size }) => sum + size, 0)]);
  expect(JSON.stringify(widgets).length).toBeLessThanOrEqual(102_000);
  for (const kind of kinds) {
    const own = kept.filter((entry) => entry.kind === kind);
    expect([own[0]!.step, own.at(-1)!.step]).toEqual([0, 4990]);
  }
  let at = 0;
  for (const { step, size } of kept) {
    expect(packed.toString("utf8", at, at + 8).startsWith(`${step};`)).toBe(true);
    at += size;
  }
});

test("what cannot be reduced is said", () => {
  const model = { ...named, model_name: "X", state: { text: "x".repeat(300_000) } };
  expect(reduceTo(saved({ x: model }), 100_000)).toEqual([
    expect.stringMatching(/0\.3 MB, more than the budget/),
  ]);
});
