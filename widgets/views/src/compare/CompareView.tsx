import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { Notice } from "../host/notice.js";
import { ReactView } from "../host/react-view.js";
import { useAttribute } from "../host/use-model.js";
import type { CompareModel } from "../models/compare-model.js";
import { TimelineModel } from "../models/timeline-model.js";
import { Compare } from "./Compare.js";

/** Two sessions side by side. */
export class CompareView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return <WithBoth compare={model as CompareModel} />;
  }
}

function WithBoth(props: { compare: CompareModel }): ReactNode {
  const { compare } = props;
  const one = useAttribute(compare, "one");
  const other = useAttribute(compare, "other");
  if (!(one instanceof TimelineModel) || !(other instanceof TimelineModel)) {
    return (
      <Notice kind="error">This view has no timelines. Run the cell again to make them.</Notice>
    );
  }
  return <Compare compare={compare} one={one} other={other} />;
}
