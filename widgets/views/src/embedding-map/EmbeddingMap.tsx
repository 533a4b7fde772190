import { evenly, placesOn, type Axes } from "@forkpoint/wire";
import {
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { formatCount } from "../format/numbers.js";
import { Changing } from "../host/changing.js";
import { useSize } from "../host/use-size.js";
import { useTheme } from "../loss-curve/colors.js";
import type { ShownAt } from "../models/snapshots-model.js";
import { isLight, preparedContext } from "../snapshots/canvas.js";
import { glyphOf, nameOf } from "../snapshots/glyph.js";
import { shownOf, type HeldSnapshot } from "../snapshots/held.js";
import { Missing } from "../snapshots/Missing.js";
import {
  SnapshotSection,
  useShown,
  type Followed,
  type SnapshotViewProps,
} from "../snapshots/SnapshotSection.js";
import { nearestItem } from "../timeline/search.js";
import { fittedAxes, nearestTokens, reachOf } from "./alignment.js";
import { createGlyphs, type GlyphLook, type Glyphs } from "./glyphs.js";
import { groupColours, GROUPS, groupOf } from "./groups.js";
import { drawScene, tokenNear } from "./scene.js";

/** Steps that the axes are fitted to together. */
const FITTED = 8;
/** Steps that a trail goes back. */
const TRAIL = 12;
/** Tokens named as most like another. */
const LIKE = 5;
const MARGIN = 22;

/**
 * The alphabet's vectors in two dimensions, at the evaluation nearest to the step shown. All steps
 * lie on the same axes, so that tokens drift; trails show where they come from.
 *
 * @example <EmbeddingMap timeline={timeline} snapshots={snapshots} />
 */
export function EmbeddingMap(props: SnapshotViewProps): ReactNode {
  return (
    <SnapshotSection
      {...props}
      className="fp-map"
      testid="fp-embedding-map"
      label="Embeddings"
      what="embeddings"
    >
      {(snapshots, root) => <Drifting timeline={props.timeline} {...{ snapshots, root }} />}
    </SnapshotSection>
  );
}

function Drifting(props: Followed): ReactNode {
  const { timeline, snapshots } = props;
  const current = useShown(props, "embeddings", nearestItem);
  const [trails, setTrails] = useState(true);
  const items = snapshots.held.embeddings;
  const ground = useGround(items);
  const item = items[current];
  const shown = snapshots.shown("embeddings", current);
  const groups = useMemo(() => new Set(shown?.tokens.map(groupOf)), [shown]);
  const before = trails ? items.slice(Math.max(0, current - TRAIL), Math.max(0, current)) : [];
  return (
    <>
      <div className="fp-legend">
        <span className="fp-legend-title">Embeddings</span>
        {shown && (
          <span className="fp-quiet" data-testid="fp-embedding-step">
            from step{" "}
            <Changing room={formatCount(timeline.axis.to)}>{formatCount(shown.step)}</Changing>
          </span>
        )}
        {shown &&
          GROUPS.filter((group) => groups.has(group)).map((group) => (
            <Key key={group} group={group} />
          ))}
        {shown && (
          <label className="fp-quiet fp-compared">
            <input
              type="checkbox"
              checked={trails}
              data-testid="fp-trails"
              onChange={(event) => setTrails(event.target.checked)}
            />{" "}
            trails
          </label>
        )}
      </div>
      {shown && ground ? (
        <Map shown={shown} item={item!} before={before} ground={ground} />
      ) : (
        <Missing snapshots={snapshots} first={items[0]?.step} what="embeddings" />
      )}
    </>
  );
}

function Key(props: { group: (typeof GROUPS)[number] }): ReactNode {
  useTheme();
  return (
    <span className="fp-map-key" style={{ color: groupColours(isLight())[props.group] }}>
      {props.group}
    </span>
  );
}

function Token(props: { token: string }): ReactNode {
  return (
    <b role="img" aria-label={nameOf(props.token)}>
      {glyphOf(props.token)}
    </b>
  );
}

/** Where every step is drawn: axes, and how far from the middle nearly all tokens ever were on each. */
interface Ground {
  axes: Axes;
  reach: [number, number];
  placesOf(item: HeldSnapshot): Float32Array;
}

/** What was fitted to the steps so far, and how many of them say how far all reach. */
interface Fit {
  ground: Ground;
  from: number;
  to: number;
  of: number;
}

function useGround(items: HeldSnapshot[]): Ground | null {
  const fitted = useRef<Fit | null>(null);
  const last = items.at(-1)?.step ?? -1;
  return useMemo(() => {
    if (items.length === 0) return null;
    const from = items[0]!.step;
    const before = fitted.current;
    // Fitted anew only when training has come half as far again: until then nothing is turned.
    if (!before || last >= 1.5 * before.to + 1 || last < before.to || from !== before.from) {
      const some = evenly(items, FITTED).map((item) => shownOf(item) as ShownAt<"embeddings">);
      const axes = fittedAxes(some, before?.ground.axes ?? null);
      fitted.current = axes && { ground: groundOn(axes), from, to: last, of: 0 };
    }
    const fit = fitted.current;
    if (!fit) return null;
    // One more among many changes it by next to nothing, and would have all placed anew.
    if (items.length < fit.of || items.length > 1.1 * fit.of) {
      const all = evenly(items, 4 * FITTED).map(fit.ground.placesOf);
      fit.ground = { ...fit.ground, reach: [reachOf(all, 0), reachOf(all, 1)] };
      fit.of = items.length;
    }
    return fit.ground;
  }, [items, items.length, last]);
}

/** Each step's places on some axes are worked out once. */
function groundOn(axes: Axes): Ground {
  const known = new WeakMap<HeldSnapshot, Float32Array>();
  const placesOf = (item: HeldSnapshot): Float32Array => {
    let places = known.get(item);
    if (!places) {
      const { vectors, width } = shownOf(item) as ShownAt<"embeddings">;
      places = width === axes[0].length ? toOneSize(placesOn(vectors, width, axes)) : NOWHERE;
      known.set(item, places);
    }
    return places;
  };
  return { axes, reach: [1, 1], placesOf };
}

/** The few that lie further out than all others stand at the edge. */
function clamped(place: number, size: number): number {
  return Math.min(size - MARGIN / 2, Math.max(MARGIN / 2, place));
}

const NOWHERE = new Float32Array(0);

/** Vectors grow as a model learns: each step is drawn as large as the others, so that none is a dot. */
function toOneSize(places: Float32Array): Float32Array {
  const square = places.reduce((sum, place) => sum + place * place, 0);
  const size = Math.sqrt(square / Math.max(1, places.length)) || 1;
  return places.map((place) => place / size);
}

function Map(props: {
  shown: ShownAt<"embeddings">;
  item: HeldSnapshot;
  before: HeldSnapshot[];
  ground: Ground;
}): ReactNode {
  const { shown, item, before, ground } = props;
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const family = useRef<string | null>(null);
  const glyphs = useRef<Glyphs | null>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const { width, height } = useSize(area);
  const theme = useTheme();
  const { tokens } = shown;
  const at = marked !== null && marked < tokens.length ? marked : null;
  const near = useMemo(() => (at === null ? [] : nearestTokens(shown, at, LIKE)), [shown, at]);

  // A drag comes by the same steps again and again, and each draws those of its trail.
  const onScreen = useMemo(() => {
    const known = new WeakMap<HeldSnapshot, Float32Array>();
    const [half, middle] = [width / 2, height / 2];
    const scaleX = (half - MARGIN) / ground.reach[0];
    const scaleY = (middle - MARGIN) / ground.reach[1];
    return (of: HeldSnapshot): Float32Array => {
      let places = known.get(of);
      if (!places) {
        places = ground
          .placesOf(of)
          .map((place, index) =>
            index % 2 === 0
              ? clamped(half + place * scaleX, width)
              : clamped(middle - place * scaleY, height),
          );
        known.set(of, places);
      }
      return places;
    };
  }, [ground, width, height]);

  useLayoutEffect(() => {
    if (width === 0 || height === 0) return;
    const context = preparedContext(canvas.current!, width, height);
    if (!context) return;
    // Read once: asking for it has the page's styles worked out.
    const font = (family.current ??= getComputedStyle(canvas.current!).fontFamily);
    const scene = {
      ...{ tokens, marked: at, near, places: onScreen(item) },
      trails: before.map(onScreen),
    };
    const look: GlyphLook = { light: isLight(), font, ratio: window.devicePixelRatio || 1 };
    if (!glyphs.current?.fit(tokens, look)) glyphs.current = createGlyphs(tokens, look);
    drawScene(context, scene, { ...look, glyphs: glyphs.current });
    // What is drawn follows from these; the lists among them are made anew at each render.
  }, [item, before.length, before[0], onScreen, at, near, width, height, theme]);

  const move = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const places = onScreen(item);
    setMarked(tokenNear(places, event.clientX - box.left, event.clientY - box.top));
  };
  const key = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowRight: 1,
      ArrowDown: 1,
      ArrowLeft: -1,
      ArrowUp: -1,
    };
    const by = moves[event.key];
    if (event.key === "Escape" && at !== null) setMarked(null);
    else if (by === undefined) return;
    else setMarked(((at ?? (by > 0 ? -1 : 0)) + by + tokens.length) % tokens.length);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div className="fp-map-area" ref={area}>
        <canvas
          ref={canvas}
          className="fp-map-canvas"
          data-testid="fp-embedding-canvas"
          data-lm-suppress-shortcuts="true"
          role="img"
          tabIndex={0}
          aria-label={`${tokens.length} tokens by the likeness of their vectors. Arrow keys go from token to token.`}
          onPointerMove={move}
          onPointerLeave={() => setMarked(null)}
          onKeyDown={key}
        />
      </div>
      <p className="fp-readout fp-map-readout" role="status" data-testid="fp-embedding-readout">
        {at === null ? (
          <span className="fp-quiet">Point at a token to see which are most like it.</span>
        ) : (
          <>
            <Token token={tokens[at]!} /> is most like{" "}
            {near.map((token, index) => (
              <span key={token}>
                {index > 0 && " "}
                <Token token={tokens[token]!} />
              </span>
            ))}
          </>
        )}
      </p>
    </>
  );
}
