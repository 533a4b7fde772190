import type { IBackboneModelOptions, WidgetModel } from "@jupyter-widgets/base";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import light from "~themes/theme-light-extension/index.css?raw";
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

/** Shows the dashboard of a timeline of so many steps; the time until its curve was painted. */
async function show(steps: number, stream: Uint8Array, samples: number, all: boolean) {
  const began = performance.now();
  performance.mark("data-there");
  const last = steps - 1;
  const timeline = make(widgets.TimelineModel, {
    ...{ session, summary: "", backend: "", sequence: 0, reaching: null, step: last },
    run: { ...run, steps_per_second: 100, seconds_left: 9 },
    metrics: [stream],
    samples: Array.from({ length: samples }, (_, index) => ({
      ...{ step: Math.floor((index * steps) / samples), prompt: "Shall I", text: "Shall I go on" },
    })),
    marks: Array.from({ length: 400 }, (_, index) => ({
      ...{ step: Math.floor((index * steps) / 400), kind: "checkpoint", label: "keyframe" },
    })),
    stretches: [{ run_id: "r", status: "running", from: 0, to: last, inherited: false }],
    reduced_until: all ? null : last,
    proposal: { name: "long-2", to: 2_000_000, learning_rate: 0.001, weight_decay: 0.1 },
  });
  const hear = speak;
  const library = make(widgets.LibraryModel, { models: [], status: "ready", can_save: false });
  const activity = make(widgets.ActivityModel, { training: [] });
  const model = make(widgets.DashboardModel, { timeline, library, activity });
  const view = new widgets.DashboardView({ model, options: {} } as never);
  document.body.replaceChildren(view.el);
  view.render();
  const drawn = (): boolean =>
    [...view.el.querySelectorAll(".fp-lines path")].some(
      (path) => (path.getAttribute("d")?.length ?? 0) > 1000,
    );
  while (!drawn()) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const painted = performance.now() - began;
  let [sequence, newest] = [0, last];
  /** What the kernel sends as training goes on. */
  const train = (count: number): void => {
    const step = BigInt64Array.from({ length: count }, (_, row) => BigInt(newest + 1 + row));
    const chunk = tableToIPC(
      tableFromArrays({ step, train_loss: new Float64Array(count).fill(3) }),
      "stream",
    );
    newest += count;
    const content = {
      ...{ kind: "append", sequence: ++sequence, step: newest },
      run: { ...run, steps_per_second: 100, seconds_left: 9 },
    };
    const buffer = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    hear({ content: { data: { method: "custom", content } }, buffers: [buffer] });
  };
  return { painted, train, timeline };
}

async function load(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
}

Object.assign(window, { bench: { show, load, sent } });
document.addEventListener("pointermove", () => performance.mark("scrub-move"), true);
