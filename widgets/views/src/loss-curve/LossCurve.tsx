import { useEffect, useState, type ReactNode } from "react";
import { formatCount, formatLoss } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursor, useLiveness, useData } from "../host/use-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import type { Axis } from "../timeline/axis.js";
import { smoothingSteps } from "../timeline/smooth.js";
import { emptySentence } from "../timeline/words.js";
import { Controls } from "./Controls.js";
import { Plot } from "./Plot.js";

/**
 * Training and validation loss over the steps, with a crosshair at the step shown. The crosshair is
 * an overlay: moving it draws no chart. While Live, hovering previews a step in every view; a click
 * stays there. A drag zooms; where the page holds a selection of the rows, all of the range are fetched.
 *
 * @example <LossCurve timeline={timeline} />
 */
export function LossCurve(props: { timeline: TimelineModel; alone?: boolean }): ReactNode {
  const { timeline, alone = false } = props;
  useData(timeline);
  const liveness = useLiveness(timeline);
  const [log, setLog] = useState(false);
  const [smoothing, setSmoothing] = useState(0);
  const { range, setRange, note } = useZoom(timeline);
  const shown = range ?? timeline.axis;
  const over = smoothingSteps(smoothing, shown.to - shown.from);
  const empty = timeline.columns.length === 0;
  return (
    <section className="fp-curve" data-testid="fp-loss-curve" aria-label="Loss">
      {alone && <OfflineMark liveness={liveness} />}
      <div className="fp-curve-head">
        <Legend timeline={timeline} />
        {!empty && <Controls {...{ log, setLog, smoothing, setSmoothing, over }} />}
      </div>
      {empty ? (
        <Notice kind="empty">{emptySentence(timeline.state.run, liveness.live)}</Notice>
      ) : (
        <div className="fp-plot-frame">
          <Plot
            timeline={timeline}
            shown={shown}
            zoom={setRange}
            choice={{ log, smoothing: over }}
          />
          {range && (
            <div className="fp-zoomed">
              <span role="status" data-testid="fp-zoom-note">
                steps {formatCount(range.from)} to {formatCount(range.to)}
                {note && ` · ${note}`}
              </span>
              <button
                type="button"
                className="fp-button fp-small-button"
                data-testid="fp-zoom-reset"
                onClick={() => setRange(null)}
              >
                Show all
              </button>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

/** As long as losses mostly are. */
const ROOM = "0.000";

/** What is zoomed to, and what is to be said of it. */
function useZoom(timeline: TimelineModel): {
  range: Axis | null;
  setRange: (range: Axis | null) => void;
  note: string | null;
} {
  const [range, setRange] = useState<Axis | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const liveness = useLiveness(timeline);
  const resolution = range && timeline.resolutionOf(range.from, range.to);
  const fetches = resolution === "selection" && liveness.live;

  useEffect(() => {
    setFault(null);
    if (!range || !fetches) return undefined;
    let current = true;
    timeline
      .fetchDetail(range.from, range.to)
      .catch((error: Error) => current && setFault(error.message));
    return () => {
      current = false;
    };
  }, [timeline, range, fetches]);

  const coarse: Record<NonNullable<typeof resolution>, string | null> = {
    "every step": null,
    selection: fetches
      ? "fetching every step…"
      : "at the resolution kept: without a kernel no more can be fetched",
    most: "too many to draw each: of every stretch the least and the greatest; zoom in for every step",
  };
  const note = fault ?? (resolution && coarse[resolution]);
  return { range, setRange, note };
}

function Legend(props: { timeline: TimelineModel }): ReactNode {
  const { timeline } = props;
  useCursor(timeline);
  const { columns, shownStep } = timeline;
  if (columns.length === 0) {
    return (
      <div className="fp-legend">
        <span className="fp-legend-title">Loss</span>
      </div>
    );
  }
  const step = shownStep ?? timeline.axis.to;
  const train = timeline.valueAt("train_loss", step);
  const validation = timeline.valueAt("validation_loss", step);
  return (
    <div className="fp-legend">
      <span className="fp-legend-title">Loss</span>
      <span className="fp-legend-entry" data-series="train">
        train{" "}
        <b>
          <Changing room={ROOM}>{train ? formatLoss(train.value) : "–"}</Changing>
        </b>
      </span>
      <span className="fp-legend-entry" data-series="validation">
        validation{" "}
        <b>
          <Changing room={ROOM}>{validation ? formatLoss(validation.value) : "–"}</Changing>
        </b>
        {validation && validation.step !== step && (
          <span className="fp-quiet">
            {" "}
            at step{" "}
            <Changing room={formatCount(timeline.axis.to)}>{formatCount(validation.step)}</Changing>
          </span>
        )}
      </span>
    </div>
  );
}
