import { useId, useMemo, useState, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import type { SnapshotsModel } from "../models/snapshots-model.js";
import { shownOf } from "../snapshots/held.js";
import { glyphOf, nameOf } from "../snapshots/glyph.js";
import { Missing } from "../snapshots/Missing.js";
import {
  SnapshotSection,
  useShown,
  type Followed,
  type SnapshotViewProps,
} from "../snapshots/SnapshotSection.js";
import { lastItemAtOrBefore } from "../timeline/search.js";
import { PromptForm } from "../text-progress/PromptForm.js";

/** How many tokens are offered to be shown. */
const CHOICES = [3, 5, 8, 12, 20, 50];
const FIRST_CHOICE = 8;

/**
 * How likely each next token was after the prompt, at the newest evaluation at or before the step shown.
 * Bars of all steps have one scale, so that they can be compared while scrubbing.
 *
 * @example <ProbabilityTower timeline={timeline} snapshots={snapshots} />
 */
export function ProbabilityTower(props: SnapshotViewProps): ReactNode {
  return (
    <SnapshotSection
      {...props}
      className="fp-tower"
      testid="fp-probability-tower"
      label="Probabilities of the next token"
      what="probabilities"
    >
      {(snapshots, root) => (
        <Tower timeline={props.timeline} {...{ snapshots, root }} alone={props.alone ?? false} />
      )}
    </SnapshotSection>
  );
}

function Tower(props: Followed & { alone: boolean }): ReactNode {
  const { timeline, snapshots, alone } = props;
  const at = useShown(props, "probabilities", lastItemAtOrBefore);
  const [most, setMost] = useState(FIRST_CHOICE);
  const label = useId();
  const version = snapshots.dataChanges.version();
  const scale = useMemo(() => greatest(snapshots), [snapshots, version]);
  const shown = snapshots.shown("probabilities", at);
  const count = shown?.tokens.length ?? 0;
  const choices = CHOICES.filter((choice, at) => choice <= count || (CHOICES[at - 1] ?? 0) < count);
  return (
    <>
      <div className="fp-legend">
        <span className="fp-legend-title">Next token</span>
        {shown && (
          <span className="fp-quiet" data-testid="fp-tower-step">
            after <q className="fp-tower-prompt">{glyphOf(snapshots.promptAt(shown.step))}</q> at
            step <Changing room={formatCount(timeline.axis.to)}>{formatCount(shown.step)}</Changing>
          </span>
        )}
        {shown && choices.length > 1 && (
          <label className="fp-quiet fp-tower-top" htmlFor={label}>
            top{" "}
            <select
              id={label}
              className="fp-select"
              data-testid="fp-tower-top"
              data-lm-suppress-shortcuts="true"
              value={Math.min(most, choices.at(-1)!)}
              onChange={(event) => setMost(Number(event.target.value))}
            >
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {Math.min(choice, count)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {shown ? (
        <ol className="fp-bars" data-testid="fp-tower-bars">
          {shown.tokens.slice(0, most).map((token, at) => (
            <Bar key={at} token={token} share={shown.shares[at]!} scale={scale} />
          ))}
        </ol>
      ) : (
        <Missing
          snapshots={snapshots}
          first={snapshots.held.probabilities[0]?.step}
          what="probabilities"
        />
      )}
      {alone && <PromptForm snapshots={snapshots} />}
    </>
  );
}

function Bar(props: { token: string; share: number; scale: number }): ReactNode {
  const { token, share, scale } = props;
  return (
    <li className="fp-bar">
      <span className="fp-glyph" role="img" aria-label={nameOf(token)}>
        {glyphOf(token)}
      </span>
      <span className="fp-bar-track" aria-hidden="true">
        <span
          className="fp-bar-filled"
          style={{ width: `${(100 * Math.min(1, share / scale)).toFixed(2)}%` }}
        />
      </span>
      <span className="fp-bar-share">{(100 * share).toFixed(1)} %</span>
    </li>
  );
}

function greatest(snapshots: SnapshotsModel): number {
  let most = 0.01;
  for (const item of snapshots.held.probabilities) {
    const shown = shownOf(item);
    if (shown.kind === "probabilities") most = Math.max(most, shown.shares[0] ?? 0);
  }
  return Math.min(1, most);
}
