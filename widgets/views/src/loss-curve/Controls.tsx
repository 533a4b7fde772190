import { useId, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { SMOOTHINGS } from "../timeline/smooth.js";

/**
 * How the curve is looked at: smoothing and a log scale.
 *
 * @param props.over over how many steps the smoothing evens out
 * @example <Controls log={log} setLog={setLog} smoothing={0} setSmoothing={setSmoothing} over={0} />
 */
export function Controls(props: {
  log: boolean;
  setLog: (log: boolean) => void;
  smoothing: number;
  setSmoothing: (setting: number) => void;
  over: number;
}): ReactNode {
  const { log, setLog, smoothing, setSmoothing, over } = props;
  const label = useId();
  const words = over === 0 ? "off" : `over ${formatCount(over)} steps`;
  return (
    <span className="fp-curve-controls" data-lm-suppress-shortcuts="true">
      <span className="fp-smoothing" title={`Smoothing ${words}`}>
        <label id={label} htmlFor={`${label}-range`}>
          Smooth
        </label>
        <input
          id={`${label}-range`}
          type="range"
          className="fp-range"
          data-testid="fp-smoothing"
          min={0}
          max={SMOOTHINGS}
          step={1}
          value={smoothing}
          aria-valuetext={words}
          onChange={(event) => setSmoothing(Number(event.target.value))}
        />
      </span>
      <button
        type="button"
        className="fp-button fp-small-button"
        data-testid="fp-log"
        aria-pressed={log}
        title="Loss on a logarithmic scale"
        onClick={() => setLog(!log)}
      >
        Log
      </button>
    </span>
  );
}
