import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import { useAttribute } from "../host/use-model.js";
import { LibraryModel } from "../models/library-model.js";
import { RunHistoryModel } from "../models/run-history-model.js";
import { SessionTreeModel } from "../models/session-tree-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { Dashboard } from "./Dashboard.js";

/** The dashboard of a session. */
export class DashboardView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <WithOwnLibrary model={model} timeline={timeline} />}
      </WithTimeline>
    );
  }
}

function WithOwnLibrary(props: { model: WidgetModel; timeline: TimelineModel }): ReactNode {
  const library = useAttribute(props.model, "library");
  const tree = useAttribute(props.model, "tree");
  const history = useAttribute(props.model, "history");
  return (
    <Dashboard
      timeline={props.timeline}
      library={library instanceof LibraryModel ? library : null}
      tree={tree instanceof SessionTreeModel ? tree : null}
      history={history instanceof RunHistoryModel ? history : null}
    />
  );
}
