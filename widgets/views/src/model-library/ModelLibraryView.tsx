import type { WidgetModel } from "@jupyter-widgets/base";
import type { ReactNode } from "react";
import { ReactView } from "../host/react-view.js";
import { WithLibrary } from "../host/references.js";
import { ModelLibrary } from "./ModelLibrary.js";

/** The model library as a widget of its own. */
export class ModelLibraryView extends ReactView {
  content(model: WidgetModel): ReactNode {
    return (
      <WithLibrary model={model}>{(library) => <ModelLibrary library={library} />}</WithLibrary>
    );
  }
}
