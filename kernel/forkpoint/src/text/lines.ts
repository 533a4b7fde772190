import { escaped } from "./tree.js";

const [lineHeight, width] = [22, 640];

/**
 * Lines of text as a picture, the first as a title, in a middle tone that reads on a light and on a
 * dark page.
 *
 * @example linesSvg(['Runs of "sonnets"', "1. fresh, completed"])
 */
export function linesSvg(lines: readonly string[]): string {
  const height = lines.length * lineHeight + 10;
  const rows = lines.map((line, at) => {
    const short = line.length > 100 ? `${line.slice(0, 99)}…` : line;
    return `<text x="12" y="${20 + at * lineHeight}" font-family="sans-serif" font-size="12" font-weight="${at === 0 ? 700 : 400}" fill="#808080">${escaped(short)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${rows.join("")}</svg>`;
}
