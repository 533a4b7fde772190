import type { WireSample } from "@forkpoint/wire";
import { memo, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { formatCount } from "../format/numbers.js";
import { useSize } from "../host/use-size.js";
import { glyphOf } from "../snapshots/glyph.js";
import { rowsInSight, scrollTo } from "./rows.js";

/** Height of a row in CSS pixels, as the style sheet has it. */
const ROW = 26;
/** Height of the list in CSS pixels, unless all rows need less. */
const LIST = 132;
/** How long the current row must stay the same before the scroll bar follows, in milliseconds. */
const REST = 120;
/** Characters of a sample that a row may hold; the rest could not be seen. */
const ROW_TEXT = 160;

/**
 * All samples as a list with a line each, the current one highlighted and in the middle. Only the rows in
 * sight are in the page, so that 20,000 are no more than 20.
 *
 * @example <SampleList samples={samples} current={12} onChoose={(step) => timeline.show(step)} />
 */
export function SampleList(props: {
  samples: WireSample[];
  current: number;
  onChoose: (step: number) => void;
}): ReactNode {
  const { samples, current, onChoose } = props;
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const count = samples.length;
  const seen = height || LIST;
  // Another step, or another size, scrolls to the current row; from there on, whoever scrolls.
  const place = `${current} ${count} ${seen}`;
  const wanted = scrollTo(Math.max(0, current), count, ROW, seen);
  const [scrolled, setScrolled] = useState({ place: "", top: 0 });
  const own = scrolled.place === place;
  const top = own ? scrolled.top : wanted;

  // The list is scrolled, not the row into view: that would scroll the notebook too. Scrolling lays the page
  // out at once, so in a drag the rows are moved to where the scroll bar stands, and it follows at rest.
  const bar = useRef(-1);
  const [settled, setSettled] = useState("");
  useLayoutEffect(() => {
    if (own) return undefined;
    const settle = (): void => {
      box.current!.scrollTop = wanted;
      bar.current = wanted;
    };
    if (bar.current < 0) {
      settle();
      return setSettled(place);
    }
    const timer = setTimeout(() => {
      flushSync(() => setSettled(place));
      settle();
    }, REST);
    return () => clearTimeout(timer);
  }, [place, wanted, own]);
  const shift = own || settled === place || bar.current < 0 ? 0 : bar.current - wanted;

  const { from, to } = rowsInSight(count, ROW, top, seen);
  return (
    <div
      className="fp-samples"
      ref={box}
      style={{ height: Math.min(LIST, count * ROW + 2) }}
      tabIndex={0}
      role="list"
      data-lm-suppress-shortcuts="true"
      aria-label="Samples by step; arrow keys go from one to the next"
      onKeyDown={(event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        const next = by === undefined ? undefined : samples[current + by];
        if (!next) return;
        event.preventDefault();
        event.stopPropagation();
        onChoose(next.step);
      }}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        // One's own scrolling is told of a frame later, when another row may be the current one.
        if (Math.abs(scrollTop - bar.current) < 1) return;
        bar.current = scrollTop;
        setScrolled({ place, top: scrollTop });
      }}
    >
      <div style={{ height: count * ROW, overflow: "clip" }}>
        <div style={{ transform: `translateY(${from * ROW + shift}px)` }}>
          {samples.slice(from, to).map((sample, index) => (
            <Row
              // By its place on the screen: another step changes the words of rows, and makes none.
              key={index}
              sample={sample}
              place={from + index}
              count={count}
              current={from + index === current}
              onChoose={onChoose}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

const Row = memo(function Row(props: {
  sample: WireSample;
  place: number;
  count: number;
  current: boolean;
  onChoose: (step: number) => void;
}): ReactNode {
  const { sample, place, count, current, onChoose } = props;
  const { step, prompt, text } = sample;
  const continued = text.startsWith(prompt) ? text.slice(prompt.length) : text;
  return (
    <div
      className="fp-sample"
      role="listitem"
      aria-posinset={place + 1}
      aria-setsize={count}
      data-testid={current ? "fp-sample-current" : "fp-sample"}
      data-current={current}
      aria-current={current}
      onClick={() => onChoose(step)}
    >
      <span className="fp-sample-step">{formatCount(step)}</span>
      <span className="fp-sample-line">
        {continued.slice(0, ROW_TEXT).replace(/\s*\n\s*/g, ` ${glyphOf("\n")} `)}
      </span>
    </div>
  );
});
