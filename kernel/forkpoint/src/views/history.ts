import type { RunRow } from "@forkpoint/checkpoints";
import { Widget } from "@forkpoint/jupyter";
import type { Session } from "@forkpoint/training";
import { MODEL_NAMES, VIEWS_MODULE, VIEW_NAMES, WIRE_RANGE } from "@forkpoint/wire";
import type { HistoryState, WireRunRow } from "@forkpoint/wire";
import { durationText, lossText, wholeText } from "../text/number.js";
import { secondsOf } from "./timeline-state.js";
import type { Timeline } from "./timeline.js";

/** The kernel's side of a run history. */
export interface History {
  widget: Widget;
  /** Lists the runs of another session. */
  follow(timeline: Timeline): void;
  text(): string;
}

/**
 * The history of the runs of a timeline's session.
 *
 * @example const history = createHistory(await timelineOf(store, session));
 */
export function createHistory(first: Timeline): History {
  let timeline = first;
  let unsubscribe = watch();
  const widget = new Widget({
    model: MODEL_NAMES.runHistory,
    view: VIEW_NAMES.runHistory,
    module: VIEWS_MODULE,
    moduleVersion: WIRE_RANGE,
    state: { timeline: timeline.widget, ...stateNow(), text: textOf(timeline.session) },
  });

  function stateNow(): HistoryState {
    return { runs: timeline.session.runs.map(wireRow).reverse() };
  }

  function watch(): () => void {
    return timeline.session.subscribe(({ kind }) => {
      if (kind === "run" || kind === "rewound") tell();
    });
  }

  function tell(): void {
    widget.set({ ...stateNow(), text: textOf(timeline.session) });
  }

  return {
    widget,
    follow(next) {
      unsubscribe();
      timeline = next;
      unsubscribe = watch();
      widget.set({ timeline: timeline.widget });
      tell();
    },
    text: () => textOf(timeline.session),
  };
}

function wireRow(run: RunRow): WireRunRow {
  const { id, mode, status, fromStep: from, lastStep: to, startedAt, summary } = run;
  return {
    ...{ id, mode, status, from, to, started_at: startedAt, seconds: secondsOf(run) },
    final_loss: finiteOrNull(summary?.["train_loss"]),
    best_loss: finiteOrNull(summary?.["best_validation_loss"]),
  };
}

function finiteOrNull(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textOf(session: Session): string {
  const runs = session.runs;
  if (runs.length === 0)
    return `Runs of "${session.name}"\nNo runs yet: session.train({ to }) starts one.`;
  const lines = runs
    .map((run, at) => {
      const { mode, status, fromStep, lastStep, summary } = run;
      const parts = [
        `${mode}, ${status}, steps ${wholeText(fromStep)} to ${wholeText(lastStep)}`,
        durationText(secondsOf(run)),
        `loss ${lossText(finiteOrNull(summary?.["train_loss"]))}`,
      ];
      return `${at + 1}. ${parts.join(", ")}${at === runs.length - 1 ? " (latest)" : ""}`;
    })
    .reverse();
  return [`Runs of "${session.name}"`, ...lines].join("\n");
}
