import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithSnapshots } from "../host/references.js";
import { ProbabilityTower } from "./ProbabilityTower.js";

/** The next tokens as a widget of its own. */
export class ProbabilityTowerView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithSnapshots model={model}>
        {(timeline, snapshots) => (
          <ProbabilityTower timeline={timeline} snapshots={snapshots} alone />
        )}
      </WithSnapshots>
    );
  }
}
