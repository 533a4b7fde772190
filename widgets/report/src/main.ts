import "@lumino/widgets/style/index.css";
import "@jupyter-widgets/controls/css/widgets-base.css";
import "./report.css";
import type { IManagerState } from "@jupyter-widgets/base-manager";
import { canShow, ReportManager } from "./manager.js";
import { cleanedState, disableControls } from "./saved-state.js";
import { followTheme } from "./theme.js";

/** The manager of this page's views; a page's own tools and tests reach it as `forkpointReport.manager`. */
export const manager = new ReportManager();

/** Shows every view of the report; the picture or text that stands for one goes when it is there. */
async function showViews(): Promise<void> {
  const saved = document.getElementById("report-state");
  if (!saved?.textContent) return;
  const state = cleanedState(JSON.parse(saved.textContent) as IManagerState);
  disableControls(await manager.set_state(state));
  for (const figure of document.querySelectorAll<HTMLElement>(".report-view")) {
    const id = figure.dataset["model"]!;
    const model = state.state[id];
    const reason = !model
      ? "The state of this view was not saved with the notebook. Run it again to have it here."
      : canShow(model.model_module, model.model_name)
        ? null
        : `This view comes from ${model.model_module}, which reports do not hold.`;
    try {
      if (reason === null) await show(id, figure);
      else say(figure, reason);
    } catch (error) {
      say(figure, `This view could not be shown: ${(error as Error).message}`);
    }
  }
}

async function show(id: string, figure: HTMLElement): Promise<void> {
  const place = figure.querySelector<HTMLElement>(".report-live")!;
  place.hidden = false;
  await manager.show(id, place);
  figure.dataset["shown"] = "true";
}

function say(figure: HTMLElement, sentence: string): void {
  const note = document.createElement("p");
  note.className = "report-note";
  note.textContent = sentence;
  figure.prepend(note);
}

/** What is wider than its place scrolls: by the keyboard too. */
function focusWhatScrolls(): void {
  for (const part of document.querySelectorAll<HTMLElement>(
    ".highlight pre, .jp-OutputArea-output",
  )) {
    if (part.scrollWidth > part.clientWidth && !part.matches(".report-view")) part.tabIndex = 0;
  }
}

focusWhatScrolls();
followTheme(document.querySelector<HTMLButtonElement>("#report-theme")!);
showViews().then(
  () => (document.documentElement.dataset["report"] = "ready"),
  (error: Error) => {
    document.documentElement.dataset["report"] = "failed";
    say(document.querySelector("main")!, `The views could not be shown: ${error.message}`);
  },
);
