import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import type { RunHistoryModel } from "../models/run-history-model.js";
import { RunHistory } from "./RunHistory.js";

/** The run history as a widget of its own. */
export class RunHistoryView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <RunHistory history={model as RunHistoryModel} timeline={timeline} alone />}
      </WithTimeline>
    );
  }
}
