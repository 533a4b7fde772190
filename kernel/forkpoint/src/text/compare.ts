import type { Table } from "apache-arrow";
import { pointsOf, thinned } from "./curve.js";
import type { Point } from "./curve.js";
import { lossText, wholeText } from "./number.js";
import { escaped } from "./tree.js";

/** What is told of a session besides its metrics. */
interface Named {
  name: string;
  step: number;
}

/**
 * Two sessions side by side as text: where they parted, their losses, and the settings that differ.
 *
 * @example console.log(compareText([a, b], 300, [], [tableA, tableB]))
 */
export function compareText(
  [one, other]: [Named, Named],
  shared: number | null,
  differences: { option: string; one: string; other: string }[],
  tables: [Table, Table],
): string {
  const losses = tables.map((table) => {
    const [train, validation] = ["train_loss", "validation_loss"].map((column) =>
      pointsOf(table, column),
    );
    return {
      train: lossText(train!.at(-1)?.loss ?? null),
      validation: lossText(validation!.at(-1)?.loss ?? null),
      best: lossText(
        validation!.reduce<number | null>((low, { loss }) => Math.min(loss, low ?? loss), null),
      ),
    };
  });
  const rows = [
    ["", one.name, other.name],
    ["step", wholeText(one.step), wholeText(other.step)],
    ["train loss", losses[0]!.train, losses[1]!.train],
    ["validation", losses[0]!.validation, losses[1]!.validation],
    ["best", losses[0]!.best, losses[1]!.best],
    ...differences.map((difference) => [difference.option, difference.one, difference.other]),
  ].map((row) => row.map((cell) => (cell.length > 40 ? `${cell.slice(0, 39)}…` : cell)));
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([label, mine, theirs]) =>
    `${label!.padEnd(widths[0]!)}  ${mine!.padEnd(widths[1]!)}  ${theirs}`.trimEnd(),
  );
  const parted =
    shared === null ? "They share no step." : `They share the steps up to ${wholeText(shared)}.`;
  return [...lines, parted].join("\n");
}

const [width, height] = [640, 240];
const margin = { left: 52, right: 12, top: 30, bottom: 30 };
const colours = ["#4c8dd6", "#e08a3c"];

/**
 * The curves of two sessions in one picture, the steps they share drawn once, in middle tones that
 * read on a light and on a dark page.
 *
 * @example compareSvg(["sonnets", "hot"], [tableA, tableB], 300)
 */
export function compareSvg(
  names: [string, string],
  tables: [Table, Table],
  shared: number | null,
): string {
  const train = tables.map((table) => pointsOf(table, "train_loss"));
  const validation = tables.map((table) => pointsOf(table, "validation_loss"));
  const all = [...train, ...validation].flat();
  const text = (x: number, y: number, anchor: string, content: string, fill = "#808080"): string =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" font-family="sans-serif" font-size="11" fill="${fill}">${escaped(content)}</text>`;
  const frame = (content: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${content}</svg>`;
  if (all.length === 0) return frame(text(width / 2, height / 2, "middle", "No steps yet."));
  const [first, last] = boundsOf(all.map(({ step }) => step));
  const [low, high] = boundsOf(all.map(({ loss }) => loss));
  const x = (step: number): number =>
    margin.left + ((step - first) / (last - first || 1)) * (width - margin.left - margin.right);
  const y = (loss: number): number =>
    margin.top + ((high - loss) / (high - low || 1)) * (height - margin.top - margin.bottom);
  const line = (points: Point[], colour: string, style: string): string =>
    `<polyline fill="none" stroke="${colour}" ${style} stroke-linejoin="round" points="${points
      .map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`)
      .join(" ")}"/>`;
  const parted = shared ?? -1;
  const draw = (curves: Point[][], style: string): string =>
    line(thinned(curves[0]!.filter(({ step }) => step <= parted)), "#808080", style) +
    curves
      .map((points, at) =>
        line(thinned(points.filter(({ step }) => step >= parted)), colours[at]!, style),
      )
      .join("");
  const fork =
    shared === null || shared <= first
      ? ""
      : `<path d="M${x(shared)} ${margin.top}V${height - margin.bottom}" stroke="#808080" stroke-dasharray="2 3"/>` +
        text(x(shared), margin.top - 4, "middle", `step ${wholeText(shared)}`);
  const legend = names.map((name, at) =>
    text(margin.left + at * 220, 12, "start", `● ${name.slice(0, 30)}`, colours[at]),
  );
  return frame(
    legend.join("") +
      draw(train, 'stroke-width="1.25" stroke-opacity="0.6"') +
      draw(validation, 'stroke-width="2"') +
      fork +
      text(margin.left - 6, y(high) + 4, "end", lossText(high)) +
      text(margin.left - 6, y(low) + 4, "end", lossText(low)) +
      text(margin.left, height - 10, "start", wholeText(first)) +
      text(width - margin.right, height - 10, "end", `step ${wholeText(last)}`),
  );
}

function boundsOf(values: number[]): [least: number, most: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
