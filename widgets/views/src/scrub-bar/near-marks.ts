import type { WireMark } from "@forkpoint/wire";
import { formatCount } from "../format/numbers.js";

/** Named at most, where many marks stand close together. */
const MOST = 4;

const kindWords: Record<WireMark["kind"], string> = {
  model: "model",
  fork: "fork",
  event: "event",
  checkpoint: "",
};

/**
 * A mark in words; a checkpoint's label says what it is already.
 *
 * @example markWords({ step: 5, kind: "model", label: "First" }) === "model First"
 */
export function markWords(mark: WireMark): string {
  return [kindWords[mark.kind], mark.label].filter(Boolean).join(" ");
}

/**
 * The marks near a step, those that people made first, each in words with its step.
 *
 * @param reach how many steps away still counts as near
 * @example nearMarks(marks, 500, 12) // ["model First words at 500"]
 */
export function nearMarks(marks: readonly WireMark[], step: number, reach: number): string[] {
  const order = ["model", "fork", "event", "checkpoint"];
  const near = marks.filter((mark) => Math.abs(mark.step - step) <= reach);
  near.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.step - b.step);
  const words = near
    .slice(0, MOST)
    .map((mark) => `${markWords(mark)} at ${formatCount(mark.step)}`);
  return near.length > MOST ? [...words, `and ${formatCount(near.length - MOST)} more`] : words;
}

/**
 * The names of the models that were saved at a step.
 *
 * @example modelsAt(marks, 500) // ["First words"]
 */
export function modelsAt(marks: readonly WireMark[], step: number): string[] {
  return marks
    .filter((mark) => mark.kind === "model" && mark.step === step)
    .map(({ label }) => label);
}
