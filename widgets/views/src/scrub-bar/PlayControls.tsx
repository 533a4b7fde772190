import { memo, type ReactNode } from "react";
import { SPEEDS, type Play } from "./play.js";

/**
 * Play or pause, and how fast.
 *
 * @example <PlayControls play={usePlay(timeline)} />
 */
export const PlayControls = memo(function PlayControls(props: { play: Play }): ReactNode {
  const { play } = props;
  return (
    <span className="fp-play">
      <button
        type="button"
        className="fp-button fp-icon-button"
        data-testid="fp-play"
        aria-label={play.playing ? "Pause playing the steps" : "Play the steps"}
        title={play.playing ? "Pause" : "Play the steps"}
        onClick={play.toggle}
      >
        <span className={play.playing ? "fp-icon-pause" : "fp-icon-play"} aria-hidden="true" />
      </button>
      <select
        className="fp-select"
        data-testid="fp-speed"
        aria-label="Speed of playing"
        title="Speed of playing"
        value={play.speed}
        onChange={(event) => play.setSpeed(Number(event.target.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
    </span>
  );
});
