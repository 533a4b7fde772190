import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithTimeline } from "../host/references.js";
import { useAttribute } from "../host/use-model.js";
import { ActivityModel } from "../models/activity-model.js";
import { LibraryModel } from "../models/library-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { Dashboard } from "./Dashboard.js";

/** The dashboard of a session. */
export class DashboardView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithTimeline model={model}>
        {(timeline) => <WithOthers model={model} timeline={timeline} />}
      </WithTimeline>
    );
  }
}

function WithOthers(props: { model: WidgetModel; timeline: TimelineModel }): ReactNode {
  const library = useAttribute(props.model, "library");
  const activity = useAttribute(props.model, "activity");
  return (
    <Dashboard
      timeline={props.timeline}
      library={library instanceof LibraryModel ? library : null}
      activity={activity instanceof ActivityModel ? activity : null}
    />
  );
}
