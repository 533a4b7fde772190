import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { MERGE_WAYS } from "@forkpoint/wire";
import { formatCount, formatLoss } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import { OfflineMark } from "../host/offline-mark.js";
import { useData, useLiveness } from "../host/use-model.js";
import { useSize } from "../host/use-size.js";
import type { CompareModel } from "../models/compare-model.js";
import { RequestFailed } from "../models/requests.js";
import type { TimelineModel } from "../models/timeline-model.js";
import { lastAtOrBefore } from "../timeline/search.js";
import { overlay } from "./curves.js";
import { Plot } from "./Plot.js";
import { Samples } from "./Samples.js";
import { Weights } from "./Weights.js";

/**
 * Two sessions side by side: curves, samples, settings, and on demand their weights.
 *
 * @example <Compare compare={compare} one={a} other={b} />
 */
export function Compare(props: {
  compare: CompareModel;
  one: TimelineModel;
  other: TimelineModel;
}): ReactNode {
  const { compare, one, other } = props;
  useData(compare);
  useData(one);
  useData(other);
  const liveness = useLiveness(compare);
  const offline = liveness.live ? null : liveness.reason;
  const chosen = useSharedStep(one, other);
  const [hovered, setHovered] = useState<number | null>(null);
  const step = hovered ?? chosen;
  const [message, setMessage] = useState<{ error: boolean; text: string } | null>(null);
  const { state, problem } = compare;
  const names: [string, string] = [one.state.session.name, other.state.session.name];

  const ask = (action: Parameters<CompareModel["act"]>[0]): void => {
    setMessage(null);
    compare.act(action).then(
      (done) => done.message && setMessage({ error: false, text: done.message }),
      (error: unknown) => {
        if (!(error instanceof RequestFailed)) throw error;
        setMessage({ error: true, text: error.message });
      },
    );
  };
  return (
    <article
      className="fp-compare"
      data-testid="fp-compare"
      aria-label={`${names[0]} beside ${names[1]}`}
    >
      <OfflineMark liveness={liveness} />
      {problem && <Notice kind="error">{problem.message}</Notice>}
      <div className="fp-compare-head">
        <Legend side="one" timeline={one} step={step} />
        <Legend side="other" timeline={other} step={step} />
        <span className="fp-space" />
        <span className="fp-quiet" data-testid="fp-compare-step">
          {step === null ? "newest steps" : `step ${formatCount(step)}`}
        </span>
        {chosen !== null && (
          <button type="button" className="fp-button" onClick={() => showIn([one, other], null)}>
            Live
          </button>
        )}
      </div>
      <Curves
        {...{ one, other, shared: state.shared_step, shown: step }}
        preview={setHovered}
        choose={(at) => showIn([one, other], at)}
      />
      <Samples one={one} other={other} step={step} />
      <section className="fp-compare-part" aria-label="Settings">
        <h4>Settings that differ</h4>
        {state.differences.length === 0 ? (
          <p className="fp-compare-line fp-quiet">Both have the same settings.</p>
        ) : (
          <table className="fp-compare-settings" data-testid="fp-compare-settings">
            <thead>
              <tr>
                <th scope="col">setting</th>
                <th scope="col">{names[0]}</th>
                <th scope="col">{names[1]}</th>
              </tr>
            </thead>
            <tbody>
              {state.differences.map(({ option, one: mine, other: theirs }) => (
                <tr key={option}>
                  <th scope="row">{option}</th>
                  <td>{mine}</td>
                  <td>{theirs}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <Weights {...{ compare, step: chosen, offline, names, ask }} />
      <section className="fp-compare-part fp-compare-head" aria-label="Merge">
        <span className="fp-quiet">
          Merge {names[1]} into {names[0]}; kept if the validation loss does not rise:
        </span>
        {MERGE_WAYS.map((strategy) => (
          <button
            key={strategy}
            type="button"
            className="fp-button"
            disabled={offline !== null}
            title={offline ?? undefined}
            onClick={() => ask({ action: "merge", strategy })}
          >
            {strategy}
          </button>
        ))}
      </section>
      {message && (
        <p
          className={`fp-compare-line ${message.error ? "fp-error" : ""}`}
          role={message.error ? "alert" : "status"}
          data-testid="fp-compare-message"
        >
          {message.text}
        </p>
      )}
    </article>
  );
}

function Legend(props: {
  side: "one" | "other";
  timeline: TimelineModel;
  step: number | null;
}): ReactNode {
  const { side, timeline, step } = props;
  const { columns, state } = timeline;
  const row = step === null ? columns.length - 1 : lastAtOrBefore(columns, step);
  const loss = columns.values.get("train_loss")?.[row];
  return (
    <span className="fp-compare-legend" data-side={side}>
      <b>{state.session.name}</b>{" "}
      <span className="fp-quiet">
        {row < 0 ? "no steps" : `step ${formatCount(columns.step[row]!)}`}
        {loss !== undefined && Number.isFinite(loss) && ` · loss ${formatLoss(loss)}`}
      </span>
    </span>
  );
}

function Curves(props: {
  one: TimelineModel;
  other: TimelineModel;
  shared: number | null;
  shown: number | null;
  choose: (step: number) => void;
  preview: (step: number | null) => void;
}): ReactNode {
  const { one, other, shared, shown, choose, preview } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [rowsOne, rowsOther] = [one.dataChanges.version(), other.dataChanges.version()];
  const data = useMemo(
    () => overlay(one.columns, other.columns, shared, width),
    // The columns grow in place: their versions tell that they did.
    [one, other, shared, width, rowsOne, rowsOther],
  );
  return (
    <div ref={box} className="fp-compare-box">
      {data === null ? (
        <Notice kind="empty">No steps yet: the curves begin with the first one trained.</Notice>
      ) : (
        width > 0 && <Plot {...{ data, width, shared, shown, choose, preview }} />
      )}
    </div>
  );
}

function showIn(timelines: TimelineModel[], step: number | null): void {
  for (const timeline of timelines) {
    const past =
      step === null || step >= timeline.axis.to ? null : Math.max(step, timeline.axis.from);
    timeline.show(past);
  }
}

/** The step shown by whichever of the two timelines was moved last; null is the newest of each. */
function useSharedStep(one: TimelineModel, other: TimelineModel): number | null {
  const [step, setStep] = useState<number | null>(one.displayStep ?? other.displayStep);
  useEffect(() => {
    const follow = (moved: TimelineModel, beside: TimelineModel) => () => {
      // The shorter one is Live where the longer one shows a step beyond its end.
      setStep(moved.shownStep ?? beside.displayStep);
    };
    const stops = [
      one.cursorChanges.subscribe(follow(one, other)),
      other.cursorChanges.subscribe(follow(other, one)),
    ];
    return () => stops.forEach((stop) => stop());
  }, [one, other]);
  return step;
}
