import type { ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { lastItemAtOrBefore } from "../timeline/search.js";

/**
 * What both models wrote at or before the step shown, side by side.
 *
 * @example <Samples one={a} other={b} step={null} />
 */
export function Samples(props: {
  one: TimelineModel;
  other: TimelineModel;
  step: number | null;
}): ReactNode {
  const { one, other, step } = props;
  return (
    <section className="fp-compare-part" aria-label="Sampled text">
      <h4>Text</h4>
      <div className="fp-compare-texts">
        <Sample side="one" timeline={one} step={step} />
        <Sample side="other" timeline={other} step={step} />
      </div>
    </section>
  );
}

function Sample(props: {
  side: "one" | "other";
  timeline: TimelineModel;
  step: number | null;
}): ReactNode {
  const { side, timeline, step } = props;
  const { samples, session } = timeline.state;
  const sample = samples[lastItemAtOrBefore(samples, step ?? Infinity)];
  return (
    <div className="fp-compare-text" data-side={side} data-testid={`fp-compare-text-${side}`}>
      <span className="fp-compare-name">{session.name}</span>{" "}
      <span className="fp-quiet">
        {sample
          ? `sample from step ${formatCount(sample.step)}`
          : samples.length > 0
            ? "no sample at or before this step"
            : "no samples yet"}
      </span>
      {sample && <p>{sample.text}</p>}
    </div>
  );
}
