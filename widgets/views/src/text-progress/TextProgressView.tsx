import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithSnapshots } from "../host/references.js";
import { TextProgress } from "./TextProgress.js";

/** The sampled texts as a widget of its own. */
export class TextProgressView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithSnapshots model={model}>
        {(timeline, snapshots) => <TextProgress timeline={timeline} snapshots={snapshots} alone />}
      </WithSnapshots>
    );
  }
}
