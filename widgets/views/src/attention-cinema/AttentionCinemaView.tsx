import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithSnapshots } from "../host/references.js";
import { AttentionCinema } from "./AttentionCinema.js";

/** The heads as a widget of its own. */
export class AttentionCinemaView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithSnapshots model={model}>
        {(timeline, snapshots) => (
          <AttentionCinema timeline={timeline} snapshots={snapshots} alone />
        )}
      </WithSnapshots>
    );
  }
}
