import type { IBackboneModelOptions, WidgetModel } from "@jupyter-widgets/base";
import dark from "~themes/theme-dark-extension/index.css?raw";
import light from "~themes/theme-light-extension/index.css?raw";
import * as widgets from "../src/index.js";
import { snapshots as recordedSnapshots } from "./snapshots.js";
import { rows } from "./recorded.js";
import { scenes } from "./scenes.js";
import { comparison, runs, tree as treeOf } from "./trees.js";

const asked = new URLSearchParams(location.search);
const isDark = asked.get("theme") === "dark";
const theme = document.createElement("style");
theme.textContent = isDark ? dark : light;
document.head.append(theme);
document.body.dataset["jpThemeLight"] = String(!isDark);

const scene = scenes[asked.get("scene") ?? "running"]!;
/** Every message the page would have sent. */
const sent: unknown[] = [];
let heard: (message: unknown) => void = () => undefined;

function comm(answer: boolean): object {
  let hear: (message: unknown) => void = () => undefined;
  return {
    comm_id: "demo",
    on_close: () => undefined,
    on_msg: (listener: typeof hear) => {
      hear = listener;
      heard = listener;
    },
    send: (data: {
      content?: { id: string; action: string; name?: string; replace?: boolean };
    }) => {
      sent.push(data);
      const request = data.content;
      if (!answer || !request) return "";
      const taken = request.action === "save" && request.name === "Half way" && !request.replace;
      const message = `"${request.name ?? "Half way"}": ${request.action} is done.`;
      const reply = taken
        ? { ok: false, error: { code: "NameTaken", message: "A model has this name already." } }
        : { ok: true, message, ...(request.action === "delete" ? { trash_id: "t1" } : {}) };
      setTimeout(() => {
        const content = { kind: "reply", id: request.id, ...reply };
        hear({ content: { data: { method: "custom", content } }, buffers: [] });
      }, 300);
      return "";
    },
  };
}

const manager = { callbacks: () => ({}), kernel: null };
let made = 0;

function make<T extends WidgetModel>(
  type: new (attributes: object, options: IBackboneModelOptions) => T,
  state: object,
): T {
  const options = { model_id: `m${made++}`, widget_manager: manager };
  const model = new type(state, {
    ...options,
    ...(scene.live === false ? {} : { comm: comm(true) }),
  });
  return model;
}

const timeline = make(widgets.TimelineModel, scene.timeline);
const speak = heard;
const speaker = heard;
const beside = make(widgets.TimelineModel, {
  ...scene.timeline,
  session: { ...(timeline.get("session") as object), id: "s2", name: "hot" },
  metrics: [rows(0, 500), rows(501, 1400)],
});
heard = speaker;
const library = make(widgets.LibraryModel, scene.library);
const activity = make(widgets.ActivityModel, {
  training: [{ session_id: "abcd1234ef", name: "sonnets", status: "running" }],
});
const snapshots = make(widgets.SnapshotsModel, scene.snapshots ?? recordedSnapshots(1234));
const sessions = { starting: 1, untrained: 0, completed: 500 }[asked.get("scene") ?? ""] ?? 9;
const tree = make(widgets.SessionTreeModel, treeOf(sessions));
const history = make(widgets.RunHistoryModel, { timeline, runs: sessions > 1 ? runs() : [] });
const compare = make(widgets.CompareModel, { one: timeline, other: beside, ...comparison() });
const views = {
  dashboard: [widgets.DashboardModel, widgets.DashboardView],
  scrubBar: [widgets.ScrubBarModel, widgets.ScrubBarView],
  lossCurve: [widgets.LossCurveModel, widgets.LossCurveView],
  textProgress: [widgets.TextProgressModel, widgets.TextProgressView],
  probabilityTower: [widgets.ProbabilityTowerModel, widgets.ProbabilityTowerView],
  attentionCinema: [widgets.AttentionCinemaModel, widgets.AttentionCinemaView],
  embeddingMap: [widgets.EmbeddingMapModel, widgets.EmbeddingMapView],
  compare: [widgets.CompareModel, widgets.CompareView],
  runHistory: [widgets.RunHistoryModel, widgets.RunHistoryView],
  sessionTree: [widgets.SessionTreeModel, widgets.SessionTreeView],
  modelLibrary: [widgets.ModelLibraryModel, widgets.ModelLibraryView],
} as const;
const own: Record<string, WidgetModel> = { sessionTree: tree, runHistory: history, compare };
for (const name of (asked.get("views") ?? "dashboard").split(",")) {
  const [Model, View] = views[name as keyof typeof views];
  const view = new View({
    model: own[name] ?? make(Model, { timeline, library, activity, snapshots, tree, history }),
    options: {},
  } as never);
  view.render();
  document.body.append(view.el);
}

let [sequence, newest] = [1, 1234];
/** What the kernel would send as training goes on by some steps. */
function train(count: number): void {
  const chunk = rows(newest + 1, newest + count);
  newest += count;
  const run = { ...(timeline.get("run") as object), steps_per_second: 40 };
  const content = { kind: "append", sequence: ++sequence, step: newest, run };
  const buffer = new DataView(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
  speak({ content: { data: { method: "custom", content } }, buffers: [buffer] });
}
Object.assign(window, { demo: { timeline, library, sent, train } });
// For scripts that draw every view there is.
Object.assign(window, { viewNames: Object.keys(views) });
