import { useEffect, useMemo, useRef, useState } from "react";
import type { TimelineModel } from "../models/timeline-model.js";
import { nearestStep } from "../timeline/places.js";

/** Speeds to choose from. */
export const SPEEDS = [1, 2, 4, 8] as const;

/** At 1x the whole axis is played in this time, in seconds; a short one at no more than so many steps a second. */
const WHOLE_AXIS = 30;
const FASTEST_SHORT = 10;

/**
 * The step, not rounded, that playing has come to after some time.
 *
 * @param seconds since it was at `step`
 * @example playedTo({ from: 0, to: 3000 }, 100, 2, 0.5) === 200
 */
export function playedTo(
  axis: { from: number; to: number },
  step: number,
  speed: number,
  seconds: number,
): number {
  const perSecond = Math.max((axis.to - axis.from) / WHOLE_AXIS, Number.EPSILON);
  const pace = Math.max(perSecond, Math.min(FASTEST_SHORT, perSecond * 8));
  return step + pace * speed * seconds;
}

/** Playing a timeline: the step shown moves on by itself, until Live. */
export interface Play {
  playing: boolean;
  speed: number;
  toggle(): void;
  stop(): void;
  setSpeed(speed: number): void;
}

/**
 * Plays the step shown through the axis, a frame at a time; from the beginning where it is Live. Nothing is asked
 * of the kernel.
 *
 * @example const play = usePlay(timeline); <button onClick={play.toggle}>Play</button>
 */
export function usePlay(timeline: TimelineModel): Play {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const at = useRef(0);

  useEffect(() => {
    if (!playing) return undefined;
    let before = performance.now();
    let request = requestAnimationFrame(function next(now: number) {
      const seconds = Math.max(0, now - before) / 1000;
      before = now;
      const { axis, columns, displayStep } = timeline;
      // Somebody chose another step meanwhile, in another view: goes on from there.
      if (displayStep !== null && displayStep !== nearestStep(columns, at.current)) {
        at.current = displayStep;
      }
      at.current = playedTo(axis, at.current, speed, seconds);
      if (at.current >= axis.to) {
        timeline.show(null);
        setPlaying(false);
        return;
      }
      const step = nearestStep(columns, at.current);
      if (step !== timeline.displayStep) timeline.show(step);
      request = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(request);
  }, [playing, speed, timeline]);

  // The same object while it plays as it did: its buttons are not drawn at each step.
  return useMemo(
    () => ({
      playing,
      speed,
      setSpeed,
      stop: () => setPlaying(false),
      toggle() {
        if (!playing) {
          const { displayStep, axis } = timeline;
          at.current = displayStep ?? axis.from;
          timeline.show(nearestStep(timeline.columns, at.current));
        }
        setPlaying(!playing);
      },
    }),
    [playing, speed, timeline],
  );
}
