import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import { TextProgress } from "./TextProgress.js";

/** The sampled texts as a widget of its own. */
export class TextProgressView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <TextProgress timeline={timeline} alone />}
      </WithTimeline>
    );
  }
}
