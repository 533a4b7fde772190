import { useCallback, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";
import type { WireSample } from "@forkpoint/wire";
import { formatCount } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursorInTurn, useLiveness, useData } from "../host/use-model.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { lastItemAtOrBefore } from "../timeline/search.js";
import { stretchesOf } from "./diff.js";
import { PromptForm } from "./PromptForm.js";
import { SampleList } from "./SampleList.js";

/**
 * The texts sampled while training: the one that belongs to the step shown in full, what changed since the
 * one before it marked, and all others as a list. Says of which step it is: samples are taken at
 * evaluations only.
 *
 * @example <TextProgress timeline={timeline} snapshots={snapshots} />
 */
export function TextProgress(props: {
  timeline: TimelineModel;
  snapshots?: SnapshotsModel | null;
  alone?: boolean;
}): ReactNode {
  const { timeline, snapshots = null, alone = false } = props;
  useData(timeline);
  const liveness = useLiveness(timeline);
  const root = useRef<HTMLElement>(null);
  const empty = timeline.state.samples.length === 0;
  return (
    <section
      ref={root}
      className="fp-texts"
      data-testid="fp-text-progress"
      aria-label="Sampled text"
    >
      {alone && <OfflineMark liveness={liveness} />}
      <Current {...{ timeline, root }} />
      {empty ? (
        <Notice kind="empty">
          {snapshots?.state.reason ??
            "No samples yet: they are taken at evaluations while training."}
        </Notice>
      ) : (
        <All {...{ timeline, root }} />
      )}
      {snapshots && <PromptForm snapshots={snapshots} />}
    </section>
  );
}

interface Followed {
  timeline: TimelineModel;
  root: RefObject<HTMLElement | null>;
}

/** The place of the sample of the step shown; -1 where there is none. */
function useCurrent({ timeline, root }: Followed): number {
  return useCursorInTurn(timeline, root, () =>
    lastItemAtOrBefore(timeline.state.samples, timeline.shownStep ?? Infinity),
  );
}

/** The sample of the step shown, and which it is. */
function Current(props: Followed): ReactNode {
  const current = useCurrent(props);
  const { samples } = props.timeline.state;
  const [compared, setCompared] = useState(true);
  const shown = samples[current];
  const before = samples[current - 1];
  const room = formatCount(samples.at(-1)?.step ?? 0);
  return (
    <>
      <div className="fp-legend">
        <span className="fp-legend-title">Text</span>
        <span className="fp-quiet" data-testid="fp-sample-step">
          {shown ? (
            <>
              sample from step <Changing room={room}>{formatCount(shown.step)}</Changing>
            </>
          ) : (
            samples.length > 0 && "no sample at or before this step"
          )}
        </span>
        {before && (
          <label className="fp-quiet fp-compared">
            <input
              type="checkbox"
              checked={compared}
              data-testid="fp-sample-compare"
              onChange={(event) => setCompared(event.target.checked)}
            />{" "}
            <span>
              mark what is new since step{" "}
              <Changing room={room}>{formatCount(before.step)}</Changing>
            </span>
          </label>
        )}
      </div>
      {shown && <Reader sample={shown} before={compared ? before : undefined} />}
    </>
  );
}

/** All samples as a list. A turn of its own: it is as much to draw as the text. */
function All(props: Followed): ReactNode {
  const { timeline } = props;
  const current = useCurrent(props);
  const choose = useCallback((step: number) => timeline.show(step), [timeline]);
  return <SampleList samples={timeline.state.samples} current={current} onChoose={choose} />;
}

function Reader(props: { sample: WireSample; before: WireSample | undefined }): ReactNode {
  const { sample, before } = props;
  const { prompt, text } = sample;
  const stretches = useMemo(() => {
    const rest = (it: WireSample): string =>
      it.text.startsWith(it.prompt) ? it.text.slice(it.prompt.length) : it.text;
    return stretchesOf(before && rest(before), rest(sample));
  }, [sample, before]);
  const given = text.startsWith(prompt) ? prompt : "";
  return (
    <div>
      <p
        className="fp-reader fp-sample-text"
        data-testid="fp-sample-text"
        role="group"
        aria-label="Text of the sample"
        tabIndex={0}
      >
        <span className="fp-sample-prompt">{given}</span>
        {stretches.map((stretch, index) =>
          stretch.fresh && stretch.text.trim() !== "" ? (
            <ins key={index} className="fp-fresh">
              {stretch.text}
            </ins>
          ) : (
            <span key={index}>{stretch.text}</span>
          ),
        )}
      </p>
    </div>
  );
}
