import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useFrame } from "../host/use-frame.js";
import { useCursor, useLiveness, useData } from "../host/use-model.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { fractionOf, stepAt } from "../timeline/axis.js";
import { nearestStep } from "../timeline/places.js";
import { BranchButtons } from "./BranchButtons.js";
import { HoverTip } from "./HoverTip.js";
import { stepForDrag, stepForKey } from "./keys.js";
import { MarkLegend, Marks } from "./Marks.js";
import { modelsAt } from "./near-marks.js";
import { usePlay } from "./play.js";
import { PlayControls } from "./PlayControls.js";
import { Reaching } from "./Reaching.js";

/**
 * The time axis as a slider: drag to rewind every view of the session, drag to the newest step for Live. It
 * changes what the page shows and nothing else: no message is sent, nothing is paused.
 *
 * @example <ScrubBar timeline={timeline} />
 */
export function ScrubBar(props: { timeline: TimelineModel; alone?: boolean }): ReactNode {
  const { timeline, alone = false } = props;
  useData(timeline);
  const liveness = useLiveness(timeline);
  const visible = timeline.columns.length >= 2;
  return (
    <div className={visible ? "fp-scrub" : undefined} hidden={!visible && !alone} data-focus-home>
      {visible && <Bar timeline={timeline} />}
      {alone && <OfflineMark liveness={liveness} />}
    </div>
  );
}

function Bar(props: { timeline: TimelineModel }): ReactNode {
  const { timeline } = props;
  useCursor(timeline);
  const liveness = useLiveness(timeline);
  const offline = liveness.live ? null : liveness.reason;
  const live = liveness.live && timeline.state.run?.status === "running";
  const bar = useRef<HTMLDivElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const frame = useFrame();
  const play = usePlay(timeline);
  const [hovered, setHovered] = useState<number | null>(null);
  const { axis, columns, shownStep, displayStep } = timeline;
  const { marks } = timeline.state;
  const shown = shownStep ?? axis.to;
  const percent = fractionOf(axis, shown) * 100;
  const models = shownStep === null ? [] : modelsAt(marks, shownStep);
  const named = models.length > 0 ? ` · ${models.join(", ")}` : "";

  // Read once in a drag: what the last step changed would be laid out for it.
  const dragged = useRef<DOMRect | null>(null);
  const stepUnder = (clientX: number): number | null => {
    const box = dragged.current ?? track.current?.getBoundingClientRect();
    if (!box || box.width === 0) return null;
    return stepAt(timeline.axis, (clientX - box.left) / box.width);
  };
  const follow = (clientX: number): void => {
    const step = stepUnder(clientX);
    if (step === null) return;
    timeline.show(stepForDrag(timeline.columns, step, timeline.axis.to));
  };
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    dragged.current = track.current?.getBoundingClientRect() ?? null;
    const marked = (event.target as HTMLElement).closest<HTMLElement>("[data-step]");
    timeline.holdAxis(true);
    play.stop();
    setHovered(null);
    if (marked) timeline.show(Number(marked.dataset["step"]));
    else follow(event.clientX);
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const { clientX } = event;
    if (event.currentTarget.hasPointerCapture(event.pointerId)) {
      frame.run(() => follow(clientX));
    } else if (event.pointerType === "mouse") {
      frame.run(() => {
        dragged.current = null;
        const step = stepUnder(clientX);
        setHovered(step === null ? null : nearestStep(timeline.columns, step));
      });
    }
  };
  const leave = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) return;
    frame.cancel();
    setHovered(null);
  };
  const up = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.type === "pointerup" && event.currentTarget.hasPointerCapture(event.pointerId)) {
      frame.flush();
    }
    dragged.current = null;
    timeline.holdAxis(false);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = stepForKey(event.key, columns, shownStep);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    play.stop();
    timeline.show(step);
  };

  return (
    <>
      <div className="fp-scrub-head">
        <span className="fp-step-label" data-testid="fp-step-label" data-live={shownStep === null}>
          {shownStep === null ? (
            <>
              <span
                className="fp-pulse"
                data-running={live}
                data-beat={timeline.dataChanges.version() % 2}
                aria-hidden="true"
              />
              Live
            </>
          ) : (
            <>
              <span>
                step <Changing room={formatCount(axis.to)}>{formatCount(shownStep)}</Changing>
              </span>
              {named && (
                <span className="fp-model-here" data-testid="fp-model-here">
                  {named}
                </span>
              )}
            </>
          )}
        </span>
        <PlayControls play={play} />
        {/* It has its place while Live, too: a drag's first frame would lay out the page for it. */}
        <button
          type="button"
          className="fp-button fp-live-button"
          data-testid="fp-live-button"
          data-shown={displayStep !== null}
          onClick={() => {
            play.stop();
            timeline.show(null);
            // The button is gone then: whoever pressed it by keyboard stands on the bar.
            bar.current?.focus();
          }}
        >
          Live
        </button>
      </div>
      <div
        ref={bar}
        className="fp-scrub-bar"
        data-testid="fp-scrub-bar"
        data-focus-home
        data-lm-suppress-shortcuts="true"
        role="slider"
        tabIndex={0}
        aria-label="Step shown"
        aria-valuemin={axis.from}
        aria-valuemax={axis.to}
        aria-valuenow={shown}
        aria-valuetext={`${shownStep === null ? "Live, " : ""}step ${formatCount(shown)} of ${formatCount(axis.to)}${named}`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={leave}
        onKeyDown={key}
      >
        <div className="fp-scrub-track" ref={track}>
          <div className="fp-scrub-fill">
            <div
              className="fp-scrub-filled"
              style={{ transform: `translateX(${percent - 100}%)` }}
            />
          </div>
          <Marks marks={marks} axis={axis} />
          <div className="fp-scrub-rail" style={{ transform: `translateX(${percent}%)` }}>
            <div className="fp-scrub-thumb" data-live={shownStep === null} />
          </div>
          {hovered !== null && <HoverTip timeline={timeline} step={hovered} />}
        </div>
      </div>
      <div className="fp-scrub-foot">
        <span>{formatCount(axis.from)}</span>
        <span>drag to rewind</span>
        <span>{formatCount(axis.to)}</span>
      </div>
      <div className="fp-scrub-tail">
        <span className="fp-mark-words">
          <MarkLegend marks={marks} />
        </span>
        <BranchButtons
          key={timeline.state.session.id}
          timeline={timeline}
          past={displayStep !== null}
          offline={offline}
        />
      </div>
      <Reaching timeline={timeline} />
    </>
  );
}
