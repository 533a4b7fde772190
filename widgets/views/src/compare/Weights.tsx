import { useState, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Notice } from "../host/notice.js";
import type { CompareModel } from "../models/compare-model.js";
import { Heatmap } from "./Heatmap.js";

/** Tensors listed before all are asked for. */
const FIRST = 8;

/**
 * How far each weight tensor of two sessions is apart, the most diverged first; made when asked for.
 *
 * @example <Weights compare={compare} step={null} offline={null} ask={ask} names={["sonnets", "hot"]} />
 */
export function Weights(props: {
  compare: CompareModel;
  step: number | null;
  offline: string | null;
  names: [string, string];
  ask: (action: Parameters<CompareModel["act"]>[0]) => void;
}): ReactNode {
  const { compare, step, offline, names, ask } = props;
  const { weights } = compare.state;
  const { status, progress, error } = weights;
  const at = step === null ? "at their newest steps" : `at step ${formatCount(step)}`;
  const start = (): void => ask({ action: "weights", ...(step === null ? {} : { step }) });
  return (
    <section className="fp-compare-part" aria-label="Weights" data-testid="fp-compare-weights">
      <div className="fp-compare-head">
        <h4>Weights</h4>
        {status === "ready" && (
          <span className="fp-quiet">
            {names[0]} at step {formatCount(weights.one_step)}, {names[1]} at step{" "}
            {formatCount(weights.other_step)}
          </span>
        )}
        <span className="fp-space" />
        {status === "working" ? (
          <button type="button" className="fp-button" onClick={() => ask({ action: "cancel" })}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            className="fp-button"
            data-testid="fp-compare-ask"
            disabled={offline !== null}
            title={offline ?? undefined}
            onClick={start}
          >
            {status === "failed" ? "Retry" : `Compare weights ${at}`}
          </button>
        )}
      </div>
      {status === "working" && (
        <p className="fp-compare-line fp-quiet" role="status">
          <progress max={1} {...(progress === null ? {} : { value: progress })} />{" "}
          {progress === null ? "Bringing the weights back…" : "Making the steps again…"}
        </p>
      )}
      {status === "failed" && error && (
        <Notice kind="error">
          <b>{error.code}</b> {error.message}
        </Notice>
      )}
      {status === "ready" && <Tensors compare={compare} />}
    </section>
  );
}

function Tensors(props: { compare: CompareModel }): ReactNode {
  const { state, heat } = props.compare;
  const [all, setAll] = useState(false);
  const { tensors } = state.weights;
  if (tensors.length === 0) return <Notice kind="empty">These models have no weights.</Notice>;
  if (tensors[0]!.relative === 0) return <Notice kind="empty">All weights are equal.</Notice>;
  const shown = all ? tensors : tensors.slice(0, FIRST);
  return (
    <>
      <ol className="fp-tensors">
        {shown.map((tensor) => (
          <li key={tensor.name} className="fp-tensor" data-testid="fp-tensor">
            <Heatmap tensor={tensor} heat={heat} />
            <span className="fp-tensor-words">
              <b className="fp-tensor-name" title={tensor.name}>
                {tensor.name}
              </b>
              <span className="fp-quiet">
                {tensor.shape.map(formatCount).join(" × ") || "one number"}
              </span>
              <span title="Size of the difference as a share of the larger tensor's size">
                {percentText(tensor.relative)} apart
              </span>
              <span className="fp-quiet">at most {tensor.largest.toPrecision(3)}</span>
            </span>
          </li>
        ))}
      </ol>
      {!all && tensors.length > FIRST && (
        <button type="button" className="fp-button fp-more" onClick={() => setAll(true)}>
          Show all {formatCount(tensors.length)} tensors
        </button>
      )}
    </>
  );
}

function percentText(part: number): string {
  const percent = part * 100;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)} %`;
}
