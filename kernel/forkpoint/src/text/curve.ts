import type { Table } from "apache-arrow";
import { lossText, wholeText } from "./number.js";

/** A loss at a step. */
export interface Point {
  step: number;
  loss: number;
}

const width = 640;
const height = 220;
const margin = { left: 52, right: 12, top: 12, bottom: 30 };

/**
 * The loss curve as a picture for tools without widgets, such as a forge's notebook page. Colours
 * are middle tones that read on a light and on a dark page.
 */
export function curveSvg(table: Table): string {
  const train = pointsOf(table, "train_loss");
  const validation = pointsOf(table, "validation_loss");
  const all = [...train, ...validation];
  if (all.length === 0) return emptySvg("No steps yet.");
  const steps = all.map(({ step }) => step);
  const losses = all.map(({ loss }) => loss);
  const [first, last] = [least(steps), most(steps)];
  const [low, high] = [least(losses), most(losses)];
  const x = (step: number): number =>
    margin.left + ((step - first) / (last - first || 1)) * (width - margin.left - margin.right);
  const y = (loss: number): number =>
    margin.top + ((high - loss) / (high - low || 1)) * (height - margin.top - margin.bottom);
  const line = (points: Point[], colour: string, size: number): string =>
    `<polyline fill="none" stroke="${colour}" stroke-width="${size}" stroke-linejoin="round" points="${points
      .map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`)
      .join(" ")}"/>`;
  const text = (at: number, line: number, anchor: string, content: string): string =>
    `<text x="${at}" y="${line}" text-anchor="${anchor}" font-family="sans-serif" font-size="11" fill="#808080">${content}</text>`;
  return frame(
    line(thinned(train), "#4c8dd6", 1.5) +
      line(validation, "#e08a3c", 2) +
      text(margin.left - 6, y(high) + 4, "end", lossText(high)) +
      text(margin.left - 6, y(low) + 4, "end", lossText(low)) +
      text(margin.left, height - 10, "start", wholeText(first)) +
      text(width - margin.right, height - 10, "end", `step ${wholeText(last)}`),
  );
}

/** Every column of pixels keeps its least and greatest value, so that no spike is hidden. */
export function thinned(points: Point[]): Point[] {
  const columns = width / 2;
  if (points.length <= 2 * columns) return points;
  const kept: Point[] = [];
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * points.length) / columns);
    const part = points.slice(from, Math.floor(((column + 1) * points.length) / columns));
    const low = part.reduce((a, b) => (b.loss < a.loss ? b : a));
    const high = part.reduce((a, b) => (b.loss > a.loss ? b : a));
    kept.push(...(low.step <= high.step ? [low, high] : [high, low]));
  }
  return kept;
}

/** The finite values of a column of metrics. */
export function pointsOf(table: Table, column: string): Point[] {
  const steps = table.getChild("step");
  const losses = table.getChild(column);
  const points: Point[] = [];
  for (let row = 0; row < table.numRows; row++) {
    const loss = losses?.get(row) as number | null | undefined;
    if (typeof loss === "number" && Number.isFinite(loss))
      points.push({ step: Number(steps!.get(row)), loss });
  }
  return points;
}

function emptySvg(sentence: string): string {
  return frame(
    `<text x="${width / 2}" y="${height / 2}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#808080">${sentence}</text>`,
  );
}

function frame(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`;
}

const least = (values: number[]): number => values.reduce((a, b) => (b < a ? b : a));
const most = (values: number[]): number => values.reduce((a, b) => (b > a ? b : a));
