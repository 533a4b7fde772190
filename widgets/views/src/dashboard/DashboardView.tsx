import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithSnapshots } from "../host/references.js";
import { useAttribute } from "../host/use-model.js";
import { ActivityModel } from "../models/activity-model.js";
import { LibraryModel } from "../models/library-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import { RunHistoryModel } from "../models/run-history-model.js";
import { SessionTreeModel } from "../models/session-tree-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { Dashboard } from "./Dashboard.js";

/** The dashboard of a session. */
export class DashboardView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithSnapshots model={model} lasting>
        {(timeline, snapshots) => (
          <WithOthers model={model} timeline={timeline} snapshots={snapshots} />
        )}
      </WithSnapshots>
    );
  }
}

function WithOthers(props: {
  model: WidgetModel;
  timeline: TimelineModel;
  snapshots: SnapshotsModel | null;
}): ReactNode {
  const library = useAttribute(props.model, "library");
  const activity = useAttribute(props.model, "activity");
  const tree = useAttribute(props.model, "tree");
  const history = useAttribute(props.model, "history");
  return (
    <Dashboard
      timeline={props.timeline}
      snapshots={props.snapshots}
      library={library instanceof LibraryModel ? library : null}
      activity={activity instanceof ActivityModel ? activity : null}
      tree={tree instanceof SessionTreeModel ? tree : null}
      history={history instanceof RunHistoryModel ? history : null}
    />
  );
}
