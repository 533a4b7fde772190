import { DOMWidgetModel, unpack_models, type ISerializers } from "@jupyter-widgets/base";
import { MODEL_NAMES, VIEW_NAMES } from "@forkpoint/wire";
import { ForkpointModel, type Attributes } from "./forkpoint-model.js";

const reference = { deserialize: unpack_models };

/** Shared by the models behind views of one timeline. */
class TimelineViewModel extends ForkpointModel {
  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    timeline: reference,
  };

  override defaults(): Attributes {
    return { ...super.defaults(), timeline: null };
  }
}

/** Behind ScrubBarView. */
export class ScrubBarModel extends TimelineViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.scrubBar,
      _view_name: VIEW_NAMES.scrubBar,
    };
  }
}

/** Behind LossCurveView. */
export class LossCurveModel extends TimelineViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.lossCurve,
      _view_name: VIEW_NAMES.lossCurve,
    };
  }
}

/** Shared by the models behind views of what steps show beside numbers. */
class SnapshotViewModel extends TimelineViewModel {
  static override serializers: ISerializers = {
    ...TimelineViewModel.serializers,
    snapshots: reference,
  };

  override defaults(): Attributes {
    return { ...super.defaults(), snapshots: null };
  }
}

/** Behind ProbabilityTowerView. */
export class ProbabilityTowerModel extends SnapshotViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.probabilityTower,
      _view_name: VIEW_NAMES.probabilityTower,
    };
  }
}

/** Behind AttentionCinemaView. */
export class AttentionCinemaModel extends SnapshotViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.attentionCinema,
      _view_name: VIEW_NAMES.attentionCinema,
    };
  }
}

/** Behind EmbeddingMapView. */
export class EmbeddingMapModel extends SnapshotViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.embeddingMap,
      _view_name: VIEW_NAMES.embeddingMap,
    };
  }
}

/** Behind TextProgressView. */
export class TextProgressModel extends SnapshotViewModel {
  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.textProgress,
      _view_name: VIEW_NAMES.textProgress,
    };
  }
}

/** Behind ModelLibraryView. */
export class ModelLibraryModel extends ForkpointModel {
  static override serializers: ISerializers = {
    ...DOMWidgetModel.serializers,
    library: reference,
  };

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.modelLibrary,
      _view_name: VIEW_NAMES.modelLibrary,
      library: null,
    };
  }
}

/** Behind DashboardView. */
export class DashboardModel extends TimelineViewModel {
  static override serializers: ISerializers = {
    ...TimelineViewModel.serializers,
    library: reference,
    activity: reference,
    snapshots: reference,
    tree: reference,
    history: reference,
  };

  override defaults(): Attributes {
    return {
      ...super.defaults(),
      _model_name: MODEL_NAMES.dashboard,
      _view_name: VIEW_NAMES.dashboard,
      library: null,
      activity: null,
      snapshots: null,
      tree: null,
      history: null,
    };
  }
}
