import { flushSync } from "react-dom";
import { afterPainting } from "./after-painting.js";

/** Time that views may take of one frame for drawing in turn, in milliseconds of scripts; one is always drawn. */
const BUDGET = 0.5;

/** The same for a click or a key: more in a frame, so that all views follow in a blink. */
const FIRST_BUDGET = 3;

/** How long the step shown must rest before views that nobody sees follow it, in milliseconds. */
const REST = 120;

/** A step chosen after so long a rest, in milliseconds, is a click or a key, or the beginning of a drag. */
const PAUSE = 80;

/** Within so many milliseconds of views that a frame drew it is still that frame: its time is spent. */
const SAME_FRAME = 8;

/** A view that is drawn anew in its turn. */
export interface TurnTaker {
  draw(): void;
  inSight(): boolean;
}

const waiting = new Set<TurnTaker>();
const unseen = new Set<TurnTaker>();
let scheduled = false;
let resting = 0;
let budget = BUDGET;
let beginning = false;
let asked = -Infinity;
let drew = -Infinity;

/**
 * Draws a view as soon as it is its turn: some in this frame, or once a click or a key has been painted, and the
 * others in the frames that follow, each with the newest there is by then, so that a drag drops no frame however many
 * views are open. What nobody sees follows once the pointer rests.
 *
 * @example takeTurn(view)
 */
export function takeTurn(taker: TurnTaker): void {
  const now = performance.now();
  if (now - asked > PAUSE) {
    beginning = true;
    queueMicrotask(() => (beginning = false));
  }
  budget = beginning ? FIRST_BUDGET : BUDGET;
  asked = now;
  if (!taker.inSight()) {
    unseen.add(taker);
    clearTimeout(resting);
    resting = window.setTimeout(showAll, REST);
    return;
  }
  unseen.delete(taker);
  // One that waits keeps its place: none is passed over for those that ask more often.
  waiting.add(taker);
  if (scheduled) return;
  scheduled = true;
  // The frame of a press belongs to what was pressed.
  if (beginning) afterPainting(drawSome);
  else if (now - drew < SAME_FRAME) requestAnimationFrame(drawSome);
  else queueMicrotask(drawSome);
}

/** A view that is gone draws no more. @example leaveTurns(view) */
export function leaveTurns(taker: TurnTaker): void {
  waiting.delete(taker);
  unseen.delete(taker);
}

function drawSome(): void {
  scheduled = false;
  const began = (drew = performance.now());
  for (const taker of waiting) {
    waiting.delete(taker);
    flushSync(() => taker.draw());
    if (performance.now() - began > budget) break;
  }
  if (waiting.size === 0) return;
  scheduled = true;
  requestAnimationFrame(drawSome);
}

function showAll(): void {
  for (const taker of unseen) waiting.add(taker);
  unseen.clear();
  if (scheduled || waiting.size === 0) return;
  scheduled = true;
  requestAnimationFrame(drawSome);
}
