import type { IBackboneModelOptions, WidgetModel } from "@jupyter-widgets/base";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import light from "~themes/theme-light-extension/index.css?raw";
import { randomNumbers } from "../../../widgets/views/demo/recorded.js";
import { snapshots } from "../../../widgets/views/demo/snapshots.js";
import { runs, tree } from "../../../widgets/views/demo/trees.js";
import * as widgets from "../../../widgets/views/src/index.js";

const theme = document.createElement("style");
theme.textContent = light;
document.head.append(theme);
document.body.dataset["jpThemeLight"] = "true";

/** Messages that the page has sent to the kernel. */
const sent: unknown[] = [];
let speak: (message: unknown) => void = () => undefined;
const manager = { callbacks: () => ({}), kernel: null };
let made = 0;

function make<T extends WidgetModel>(
  type: new (attributes: object, options: IBackboneModelOptions) => T,
  state: object,
): T {
  const comm = {
    comm_id: `c${made}`,
    on_close: () => undefined,
    on_msg: (listener: typeof speak) => (speak = listener),
    send: (data: unknown) => void sent.push(data),
  };
  return new type(state, { model_id: `m${made++}`, widget_manager: manager, comm } as never);
}

const session = {
  ...{ id: "s", name: "long", parent_id: null, parent_name: null, root_id: "s", fork_step: 0 },
};
const run = { id: "r", status: "running", from: 0, target: 2_000_000, error: null };

const words = "shall I compare thee to a summer day thou art more lovely and temperate".split(" ");

/** Texts of 200 characters that have about half their words in common with the one before. */
function texts(count: number, steps: number): object[] {
  const next = randomNumbers(3);
  const written = Array.from({ length: 40 }, () => words[0]!);
  return Array.from({ length: count }, (_, index) => {
    for (let at = 0; at < written.length; at++) {
      if (next() < 0.5) written[at] = words[Math.floor(next() * words.length)]!;
    }
    const text = `Shall I ${written.join(" ")}`.replace(/(.{40,50}) /g, "$1\n");
    return { step: Math.floor((index * steps) / count), prompt: "Shall I", text };
  });
}

/** What all sections of a dashboard show: as many snapshots as a page holds, 500 sessions, three runs. */
function everything(steps: number): object {
  const every = { probabilities: steps / 20_000, attention: steps / 400, embeddings: steps / 1000 };
  return {
    snapshots: make(widgets.SnapshotsModel, snapshots(steps - 1, every)),
    tree: make(widgets.SessionTreeModel, tree(500)),
    history: make(widgets.RunHistoryModel, { runs: runs() }),
  };
}

/** Steps of one message of a run. */
const APPENDED = 100;

function chunk(first: number): Uint8Array {
  const step = BigInt64Array.from({ length: APPENDED }, (_, row) => BigInt(first + row));
  const train_loss = new Float64Array(APPENDED).fill(3);
  return tableToIPC(tableFromArrays({ step, train_loss }), "stream");
}

/** When the frame that has the first drawn curve was painted: what is made after it is not waited for. */
function firstCurvePainted(): Promise<number> {
  return new Promise((resolve) => {
    const observer = new MutationObserver((changes) => {
      const drawn = ({ target }: MutationRecord): boolean =>
        ((target as Element).getAttribute("d")?.length ?? 0) > 1000;
      if (!changes.some(drawn)) return;
      observer.disconnect();
      const after = new MessageChannel();
      after.port1.onmessage = () => resolve(performance.now());
      requestAnimationFrame(() => after.port2.postMessage(null));
    });
    observer.observe(document.body, { attributeFilter: ["d"], subtree: true });
  });
}

/**
 * Shows the dashboard of a timeline of so many steps; the time until its curve was painted. Of a whole one
 * the rows are in the page already, as they came step by step: no message brings a million.
 */
async function show(
  steps: number,
  stream: Uint8Array,
  { count, whole, sections }: { count: number; whole: boolean; sections: boolean },
) {
  const last = steps - 1;
  const samples = texts(count, steps);
  const others = sections ? everything(steps) : {};
  await new Promise((resolve) => setTimeout(resolve, 200));
  const painting = firstCurvePainted();
  let began = performance.now();
  const timeline = make(widgets.TimelineModel, {
    ...{ session, summary: "", backend: "", sequence: 0, reaching: null, step: last },
    run: { ...run, steps_per_second: 100, seconds_left: 9 },
    metrics: [stream],
    samples,
    marks: Array.from({ length: 400 }, (_, index) => ({
      ...{ step: Math.floor((index * steps) / 400), kind: "checkpoint", label: "keyframe" },
    })),
    stretches: [{ run_id: "r", status: "running", from: 0, to: last, inherited: false }],
    reduced_until: whole ? null : last,
    proposal: { name: "long-2", to: 2_000_000, learning_rate: 0.001, weight_decay: 0.1 },
  });
  const hear = speak;
  if (whole) began = performance.now();
  const library = make(widgets.LibraryModel, { models: [], status: "ready", can_save: false });
  const activity = make(widgets.ActivityModel, { training: [] });
  const model = make(widgets.DashboardModel, { timeline, library, activity, ...others });
  const view = new widgets.DashboardView({ model, options: {} } as never);
  document.body.replaceChildren(view.el);
  view.render();
  const painted = (await painting) - began;
  // Made beforehand: it is the kernel that makes them.
  const chunks = Array.from({ length: 8 }, (_, at) => chunk(last + 1 + at * APPENDED));
  let sequence = 0;
  /** What the kernel sends as training goes on. */
  const train = (): void => {
    const { buffer, byteOffset, byteLength } = chunks[sequence]!;
    const content = {
      ...{ kind: "append", sequence: ++sequence, step: last + sequence * APPENDED },
      run: { ...run, steps_per_second: 100, seconds_left: 9 },
    };
    const bytes = new DataView(buffer, byteOffset, byteLength);
    hear({ content: { data: { method: "custom", content } }, buffers: [bytes] });
  };
  return { painted, train, timeline };
}

async function load(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
}

Object.assign(window, { bench: { show, load, sent } });
document.addEventListener("pointermove", () => performance.mark("scrub-move"), true);
