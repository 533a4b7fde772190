import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithSnapshots } from "../host/references.js";
import { EmbeddingMap } from "./EmbeddingMap.js";

/** The alphabet's vectors as a widget of its own. */
export class EmbeddingMapView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithSnapshots model={model}>
        {(timeline, snapshots) => <EmbeddingMap timeline={timeline} snapshots={snapshots} alone />}
      </WithSnapshots>
    );
  }
}
