import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import { LossCurve } from "./LossCurve.js";

/** The loss curve as a widget of its own. */
export class LossCurveView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <LossCurve timeline={timeline} alone />}
      </WithTimeline>
    );
  }
}
