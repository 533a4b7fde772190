import type { WireMark } from "@forkpoint/wire";
import { memo, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { fractionOf, type Axis } from "../timeline/axis.js";

/** Finest distance at which two quiet marks are both drawn, as a fraction of the bar. */
const FINEST = 1 / 400;

/**
 * Marks on the ScrubBar: a pin for each saved model, a tick for the rest. Pins go to their very step.
 *
 * @example <Marks marks={timeline.state.marks} axis={timeline.axis} />
 */
export const Marks = memo(function Marks(props: { marks: WireMark[]; axis: Axis }): ReactNode {
  const { marks, axis } = props;
  const drawn: ReactNode[] = [];
  let lastTick = -1;
  marks.forEach((mark, index) => {
    if (mark.step < axis.from || mark.step > axis.to) return;
    const fraction = fractionOf(axis, mark.step);
    const pin = mark.kind === "model";
    if (!pin && fraction - lastTick < FINEST) return;
    if (!pin) lastTick = fraction;
    drawn.push(
      <span
        key={index}
        className="fp-mark"
        data-kind={mark.kind}
        data-step={pin ? mark.step : undefined}
        style={{ left: `${fraction * 100}%` }}
        title={`${mark.label} · step ${formatCount(mark.step)}`}
      />,
    );
  });
  return <>{drawn}</>;
});
