import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { formatCount } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import { useSize } from "../host/use-size.js";
import type { ShownAt } from "../models/snapshots-model.js";
import { glyphOf, nameOf } from "../snapshots/glyph.js";
import { Missing } from "../snapshots/Missing.js";
import {
  SnapshotSection,
  useShown,
  type Followed,
  type SnapshotViewProps,
} from "../snapshots/SnapshotSection.js";
import { lastItemAtOrBefore } from "../timeline/search.js";
import { geometryOf, HeadCanvas } from "./HeadCanvas.js";
import { cellAt, cellByKey, weightAt } from "./squares.js";

const GAP = 10;
const SMALLEST = 92;
const LARGEST = 420;

/**
 * Where each token of the prompt looked, head by head, at the newest evaluation at or before the step
 * shown. The ScrubBar is its timeline.
 *
 * @example <AttentionCinema timeline={timeline} snapshots={snapshots} />
 */
export function AttentionCinema(props: SnapshotViewProps): ReactNode {
  return (
    <SnapshotSection
      {...props}
      className="fp-cinema"
      testid="fp-attention-cinema"
      label="Attention"
      what="attention"
    >
      {(snapshots, root) => <Cinema timeline={props.timeline} {...{ snapshots, root }} />}
    </SnapshotSection>
  );
}

function Cinema(props: Followed): ReactNode {
  const { timeline, snapshots } = props;
  const at = useShown(props, "attention", lastItemAtOrBefore);
  const screen = useRef<HTMLDivElement>(null);
  const { width } = useSize(screen);
  const [wantedLayer, setLayer] = useState<number | null>(null);
  const [wantedHead, setHead] = useState<number | null>(null);
  const shown = snapshots.shown("attention", at);
  const layers = shown?.layers ?? 0;
  // The last layer unless another was chosen: what it looks at is nearest to what is written.
  const layer = Math.min(wantedLayer ?? layers - 1, layers - 1);
  const head = shown && wantedHead !== null && wantedHead < shown.heads ? wantedHead : null;
  return (
    <>
      <div className="fp-legend">
        <span className="fp-legend-title">Attention</span>
        {shown && (
          <span className="fp-quiet" data-testid="fp-attention-step">
            from step{" "}
            <Changing room={formatCount(timeline.axis.to)}>{formatCount(shown.step)}</Changing>
          </span>
        )}
        {shown && (
          <span className="fp-layers" role="group" aria-label="Layer">
            <span className="fp-quiet">layer</span>
            {Array.from({ length: layers }, (_, at) => (
              <button
                key={at}
                type="button"
                className="fp-button fp-layer"
                data-testid={`fp-layer-${at + 1}`}
                aria-pressed={at === layer}
                onClick={() => setLayer(at)}
              >
                {at + 1}
              </button>
            ))}
          </span>
        )}
        {head !== null && (
          <button
            type="button"
            className="fp-button"
            data-testid="fp-all-heads"
            onClick={() => setHead(null)}
          >
            All heads
          </button>
        )}
      </div>
      <div className="fp-screen" ref={screen}>
        {!shown ? (
          <Missing
            snapshots={snapshots}
            first={snapshots.held.attention[0]?.step}
            what="attention"
          />
        ) : width === 0 ? null : head === null ? (
          <Heads shown={shown} layer={layer} width={width} onChoose={setHead} />
        ) : (
          <OneHead key={`${layer}/${head}`} {...{ shown, layer, head, width }} />
        )}
      </div>
      {shown && (
        <p className="fp-quiet fp-cinema-key">
          <span className="fp-ramp" aria-hidden="true" /> weight from 0 to 1 · rows look at columns
        </p>
      )}
    </>
  );
}

function Heads(props: {
  shown: ShownAt<"attention">;
  layer: number;
  width: number;
  onChoose: (head: number) => void;
}): ReactNode {
  const { shown, layer, width, onChoose } = props;
  const fitting = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)));
  const columns = Math.min(shown.heads, fitting, 8);
  const edge = Math.min(236, Math.floor((width + GAP) / columns - GAP));
  return (
    <div className="fp-heads" style={{ gap: GAP }}>
      {Array.from({ length: shown.heads }, (_, head) => (
        <button
          key={head}
          type="button"
          className="fp-head-button"
          data-testid={`fp-head-${head + 1}`}
          title="Enlarge this head"
          aria-label={`Layer ${layer + 1}, head ${head + 1}: ${spoken(shown, layer, head)} Enlarge.`}
          onClick={() => onChoose(head)}
        >
          <HeadCanvas shown={shown} layer={layer} head={head} edge={edge} />
          <span className="fp-quiet">head {head + 1}</span>
        </button>
      ))}
    </div>
  );
}

function OneHead(props: {
  shown: ShownAt<"attention">;
  layer: number;
  head: number;
  width: number;
}): ReactNode {
  const { shown, layer, head, width } = props;
  const [marked, setMarked] = useState<{ query: number; key: number } | null>(null);
  const edge = Math.floor(Math.min(width, LARGEST));
  const size = shown.tokens.length;
  const { left, cell } = geometryOf(size, edge);
  const at = marked && marked.query < size ? marked : null;

  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setMarked(cellAt(event.clientX - box.left - left, event.clientY - box.top - left, cell, size));
  };
  const key = (event: KeyboardEvent): void => {
    const next = cellByKey(marked ?? { query: size - 1, key: size - 1 }, event.key, size);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    setMarked(next);
  };
  return (
    <div className="fp-one-head">
      <div
        className="fp-one-square"
        data-testid="fp-one-head"
        data-lm-suppress-shortcuts="true"
        style={{ width: edge, height: edge }}
        role="img"
        tabIndex={0}
        aria-label={`Layer ${layer + 1}, head ${head + 1}: ${spoken(shown, layer, head)} Arrow keys read single weights.`}
        onPointerMove={move}
        onPointerLeave={() => setMarked(null)}
        onKeyDown={key}
      >
        <HeadCanvas shown={shown} layer={layer} head={head} edge={edge} marked={at} />
      </div>
      <p className="fp-readout" role="status" data-testid="fp-attention-readout">
        {at ? (
          <>
            <b>{glyphOf(shown.tokens[at.query]!)}</b> looks at{" "}
            <b>{glyphOf(shown.tokens[at.key]!)}</b>
            {at.query === at.key ? " (itself)" : ` (${at.query - at.key} back)`}:{" "}
            {(100 * weightAt(shown, layer, head, at.query, at.key)).toFixed(0)} %
          </>
        ) : (
          <span className="fp-quiet">
            layer {layer + 1}, head {head + 1}: point at a cell
          </span>
        )}
      </p>
    </div>
  );
}

/** What the last token looks at most, in words. */
function spoken(shown: ShownAt<"attention">, layer: number, head: number): string {
  const last = shown.tokens.length - 1;
  let best = 0;
  for (let key = 1; key <= last; key++) {
    const [one, other] = [key, best].map((at) => weightAt(shown, layer, head, last, at));
    if (one! > other!) best = key;
  }
  const share = (100 * weightAt(shown, layer, head, last, best)).toFixed(0);
  return `the last token, ${nameOf(shown.tokens[last]!)}, looks most at ${nameOf(shown.tokens[best]!)}, ${last - best} back, ${share} percent.`;
}
