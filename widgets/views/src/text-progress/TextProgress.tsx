import { memo, useLayoutEffect, useRef, type ReactNode } from "react";
import type { WireSample } from "@forkpoint/wire";
import { formatCount } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useCursor, useLiveness, useTimelineData } from "../host/use-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { useMoving } from "../host/use-moving.js";
import { lastItemAtOrBefore } from "../timeline/search.js";

/** Samples kept in the page on each side of the one shown, and while the step shown moves on and on. */
const NEIGHBOURS = 40;
const NEIGHBOURS_MOVING = 8;

/**
 * The texts sampled while training, the one that belongs to the step shown highlighted and scrolled
 * to. Says of which step it is: samples are taken at evaluations only.
 *
 * @example <TextProgress timeline={timeline} />
 */
export function TextProgress(props: { timeline: TimelineModel; alone?: boolean }): ReactNode {
  const { timeline, alone = false } = props;
  useTimelineData(timeline);
  useCursor(timeline);
  const liveness = useLiveness(timeline);
  const { samples } = timeline.state;
  const current = lastItemAtOrBefore(samples, timeline.shownStep ?? Infinity);
  const shown = samples[current];
  return (
    <section className="fp-texts" data-testid="fp-text-progress" aria-label="Sampled text">
      {alone && <OfflineMark liveness={liveness} />}
      <div className="fp-legend">
        <span className="fp-legend-title">Text</span>
        <span className="fp-quiet" data-testid="fp-sample-step">
          {shown
            ? `sample from step ${formatCount(shown.step)}`
            : samples.length > 0 && "no sample at or before this step"}
        </span>
      </div>
      {samples.length === 0 ? (
        <Notice kind="empty">No samples yet: one is taken at each evaluation.</Notice>
      ) : (
        <Samples samples={samples} current={current} />
      )}
    </section>
  );
}

function Samples(props: { samples: WireSample[]; current: number }): ReactNode {
  const { samples, current } = props;
  const list = useRef<HTMLOListElement>(null);
  const neighbours = useMoving(current) ? NEIGHBOURS_MOVING : NEIGHBOURS;
  const first = Math.max(0, current - neighbours);
  const near = samples.slice(first, Math.max(current, 0) + neighbours);

  // The list is scrolled, not the element into view: that would scroll the notebook too.
  useLayoutEffect(() => {
    const box = list.current!;
    const item = box.children[Math.max(0, current - first)] as HTMLElement | undefined;
    if (item) box.scrollTop = item.offsetTop - (box.clientHeight - item.clientHeight) / 2;
  }, [current, first, samples]);

  return (
    <ol
      className="fp-samples"
      ref={list}
      tabIndex={0}
      data-lm-suppress-shortcuts="true"
      aria-label="Samples by step"
    >
      {near.map((sample, index) => (
        <Sample key={sample.step} sample={sample} current={first + index === current} />
      ))}
    </ol>
  );
}

const Sample = memo(function Sample(props: { sample: WireSample; current: boolean }): ReactNode {
  const { sample, current } = props;
  const { step, prompt, text } = sample;
  const continued = text.startsWith(prompt) ? text.slice(prompt.length) : text;
  return (
    <li
      className="fp-sample"
      data-testid={current ? "fp-sample-current" : "fp-sample"}
      data-current={current}
      aria-current={current}
    >
      <span className="fp-sample-step">{formatCount(step)}</span>
      <span className="fp-sample-text">
        <span className="fp-sample-prompt">{prompt}</span>
        {continued}
      </span>
    </li>
  );
});
