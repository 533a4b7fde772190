import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import type { SessionTreeModel } from "../models/session-tree-model.js";
import { SessionTree } from "./SessionTree.js";

/** The session tree as a widget of its own. */
export class SessionTreeView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return <SessionTree tree={model as SessionTreeModel} alone />;
  }
}
