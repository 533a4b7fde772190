import type { WireMark } from "@forkpoint/wire";
import { memo, type ReactNode } from "react";
import { fractionOf, type Axis } from "../timeline/axis.js";

/** Finest distance at which two marks of one quiet kind are both drawn, as a fraction of the bar. */
const FINEST = 1 / 300;

const LEGEND: [kind: WireMark["kind"], word: string][] = [
  ["model", "model"],
  ["fork", "fork"],
  ["checkpoint", "keyframe"],
  ["event", "event"],
];

/**
 * Marks on the ScrubBar, each kind with a shape of its own. Pressing a model or a fork goes to its very step.
 *
 * @example <Marks marks={timeline.state.marks} axis={timeline.axis} />
 */
export const Marks = memo(function Marks(props: { marks: WireMark[]; axis: Axis }): ReactNode {
  const { marks, axis } = props;
  const drawn: ReactNode[] = [];
  const newest = new Map<string, number>();
  marks.forEach(({ step, kind }, index) => {
    if (step < axis.from || step > axis.to) return;
    const fraction = fractionOf(axis, step);
    const exact = kind === "model" || kind === "fork";
    if (!exact && fraction - (newest.get(kind) ?? -1) < FINEST) return;
    newest.set(kind, fraction);
    drawn.push(
      <span
        key={index}
        className="fp-mark"
        data-kind={kind}
        data-step={exact ? step : undefined}
        style={{ left: `${fraction * 100}%` }}
      />,
    );
  });
  return <div className="fp-marks">{drawn}</div>;
});

/**
 * What the shapes on the bar mean: only of the kinds that are there.
 *
 * @example <MarkLegend marks={timeline.state.marks} />
 */
export const MarkLegend = memo(function MarkLegend(props: { marks: WireMark[] }): ReactNode {
  const kinds = new Set(props.marks.map(({ kind }) => kind));
  return LEGEND.filter(([kind]) => kinds.has(kind)).map(([kind, word]) => (
    <span key={kind} className="fp-mark-word">
      <span className="fp-mark" data-kind={kind} aria-hidden="true" />
      {word}
    </span>
  ));
});
