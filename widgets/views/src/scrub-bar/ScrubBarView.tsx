import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import { ScrubBar } from "./ScrubBar.js";

/** The ScrubBar as a widget of its own. */
export class ScrubBarView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <ScrubBar timeline={timeline} alone />}
      </WithTimeline>
    );
  }
}
