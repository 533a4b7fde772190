import { memo, useRef, type MouseEvent, type ReactNode } from "react";
import { formatCount, formatLoss } from "../format/numbers.js";
import { useFrame } from "../host/use-frame.js";
import type { Point } from "../timeline/downsample.js";
import type { Overlay } from "./curves.js";
import { roundTicks } from "./ticks.js";

const HEIGHT = 220;
const EDGE = { left: 46, right: 10, top: 18, bottom: 24 };

/**
 * Two sessions' curves over one another, where they parted, and the step shown. A click chooses a step.
 *
 * @example <Plot data={overlay(a, b, 300, 640)} width={640} shared={300} shown={null} choose={show} />
 */
export function Plot(props: {
  data: Overlay;
  width: number;
  shared: number | null;
  shown: number | null;
  choose: (step: number) => void;
  preview: (step: number | null) => void;
}): ReactNode {
  const { data, width, shared, shown, choose, preview } = props;
  const svg = useRef<SVGSVGElement>(null);
  const frame = useFrame();
  const { from, to } = data;
  const inner = Math.max(1, width - EDGE.left - EDGE.right);
  const x = (step: number): number => EDGE.left + ((step - from) / (to - from || 1)) * inner;
  const stepAt = (clientX: number): number => {
    const box = svg.current!.getBoundingClientRect();
    const part = (clientX - box.left - EDGE.left) / inner;
    return Math.round(from + Math.max(0, Math.min(1, part)) * (to - from));
  };
  return (
    <svg
      ref={svg}
      className="fp-compare-plot"
      data-testid="fp-compare-plot"
      width={width}
      height={HEIGHT}
      role="img"
      aria-label="Losses of both sessions by step"
      onClick={(event: MouseEvent) => choose(stepAt(event.clientX))}
      onPointerMove={({ clientX }) => frame.run(() => preview(stepAt(clientX)))}
      onPointerLeave={() => {
        frame.cancel();
        preview(null);
      }}
    >
      <Curves data={data} width={width} />
      {shared !== null && shared > from && (
        <g className="fp-compare-parted" data-testid="fp-compare-parted">
          <path d={`M${x(shared)} ${EDGE.top}V${HEIGHT - EDGE.bottom}`} />
          <text x={x(shared)} y={EDGE.top - 6} textAnchor="middle">
            parted at {formatCount(shared)}
          </text>
        </g>
      )}
      {shown !== null && (
        <path
          className="fp-compare-shown"
          data-testid="fp-compare-shown"
          d={`M${x(Math.min(shown, to))} ${EDGE.top}V${HEIGHT - EDGE.bottom}`}
        />
      )}
    </svg>
  );
}

// Apart, so that a moving crosshair draws no curve again.
const Curves = memo(function Curves(props: { data: Overlay; width: number }): ReactNode {
  const { data, width } = props;
  const { from, to, low, high, train, validation } = data;
  const inner = Math.max(1, width - EDGE.left - EDGE.right);
  const tall = HEIGHT - EDGE.top - EDGE.bottom;
  const x = (step: number): number => EDGE.left + ((step - from) / (to - from || 1)) * inner;
  const y = (value: number): number => EDGE.top + ((high - value) / (high - low || 1)) * tall;
  const path = (points: Point[]): string =>
    points
      .map(({ step, value }, at) => `${at ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`)
      .join("");
  return (
    <>
      {roundTicks(low, high, 5).map((tick) => (
        <g key={`y${tick}`} className="fp-compare-tick">
          <path d={`M${EDGE.left} ${y(tick)}H${width - EDGE.right}`} />
          <text x={EDGE.left - 6} y={y(tick) + 4} textAnchor="end">
            {Number.isInteger(tick) ? formatCount(tick) : formatLoss(tick).replace(/0+$/, "")}
          </text>
        </g>
      ))}
      {roundTicks(from, to, Math.max(2, Math.floor(inner / 90))).map((tick) => (
        <g key={`x${tick}`} className="fp-compare-tick">
          <text x={x(tick)} y={HEIGHT - 6} textAnchor="middle">
            {formatCount(tick)}
          </text>
        </g>
      ))}
      {(["shared", "one", "other"] as const).map((side) => (
        <g key={side} className="fp-compare-curve" data-side={side}>
          <path className="fp-compare-train" d={path(train[side])} />
          <path className="fp-compare-validation" d={path(validation[side])} />
          {validation[side].length < 60 &&
            validation[side].map(({ step, value }) => (
              <circle key={step} cx={x(step)} cy={y(value)} r={2.5} />
            ))}
        </g>
      ))}
    </>
  );
});
