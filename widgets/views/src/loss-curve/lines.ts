import type { Broken } from "../timeline/gaps.js";
import type { Band, Point } from "../timeline/downsample.js";
import type { CurveData } from "./curve-data.js";

const SVG = "http://www.w3.org/2000/svg";

/** What is drawn, the hindmost first. Colours and widths are the style sheet's. */
const LINES = ["band", "raw", "train", "validation", "dots", "events"] as const;

/** Radius of a dot and height of an event's tick, in CSS pixels. */
const DOT = 2.4;
const TICK = 8;

/** The curve's lines, one path each. */
export interface Lines {
  draw(data: CurveData, size: { width: number; height: number }, log: boolean): void;
  dispose(): void;
}

/**
 * Draws lines into an element that has the plot's place. Not by Vega: it would make an object and evaluate
 * some ten expressions for each pixel of each line, 20 to 40 ms at each drawing while training goes on.
 *
 * @example const lines = createLines(element); lines.draw(data, { width: 640, height: 200 }, false);
 */
export function createLines(host: Element): Lines {
  const svg = host.appendChild(document.createElementNS(SVG, "svg"));
  svg.setAttribute("class", "fp-lines");
  // The host is one picture with a name.
  svg.setAttribute("aria-hidden", "true");
  const paths = new Map(
    LINES.map((name) => {
      const path = svg.appendChild(document.createElementNS(SVG, "path"));
      path.dataset["line"] = name;
      return [name, path];
    }),
  );
  return {
    draw(data, size, log) {
      put(svg, "width", String(size.width));
      put(svg, "height", String(size.height));
      const place = placing(data, size, log);
      const drawn: Record<(typeof LINES)[number], string> = {
        band: bandPath(data.band, place),
        raw: linePath(data.raw, place),
        train: linePath(data.train, place),
        validation: linePath(data.validation, place),
        dots: data.dots.map((point) => dotPath(point, place)).join(""),
        events: data.events.map(({ step }) => `M${place.x(step)} ${size.height}v${-TICK}`).join(""),
      };
      for (const [name, path] of paths) put(path, "d", drawn[name]);
    },
    dispose: () => svg.remove(),
  };
}

// What is set anew is laid out anew, though it be the same.
function put(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

/** Where steps and values lie, in CSS pixels to a tenth. */
interface Place {
  x(step: number): number;
  y(value: number): number;
}

function placing(
  { from, to, low, high }: CurveData,
  { width, height }: { width: number; height: number },
  log: boolean,
): Place {
  const of = log ? Math.log : (value: number): number => value;
  const [bottom, room] = [of(low), of(high) - of(low) || 1];
  return {
    x: (step) => tenth(((step - from) / (to - from)) * width),
    y: (value) => tenth(height - ((of(value) - bottom) / room) * height),
  };
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/**
 * A line as a path, broken where it is said to be.
 *
 * @example linePath([{ step: 0, value: 1 }, { step: 9, value: 2 }], place) // "M0 10L9 0"
 */
export function linePath(points: readonly Broken<Point>[], { x, y }: Place): string {
  let path = "";
  let begins = true;
  for (const { step, value } of points) {
    if (value !== null) path += `${begins ? "M" : "L"}${x(step)} ${y(value)}`;
    begins = value === null;
  }
  return path;
}

/**
 * A band as a path: along its upper edge and back along the lower, broken where it is said to be.
 *
 * @example bandPath([{ step: 0, low: 1, high: 2, middle: 1.5 }], place) // "M0 0L0 10Z"
 */
export function bandPath(bands: readonly Broken<Band>[], { x, y }: Place): string {
  let path = "";
  let [there, back] = ["", ""];
  const close = (): void => {
    if (there !== "") path += `${there}${back}Z`;
    [there, back] = ["", ""];
  };
  for (const band of bands) {
    if (band.low === null) {
      close();
      continue;
    }
    const at = x(band.step);
    there += `${there === "" ? "M" : "L"}${at} ${y(band.high)}`;
    back = `L${at} ${y(band.low)}${back}`;
  }
  close();
  return path;
}

function dotPath({ step, value }: Point, { x, y }: Place): string {
  const arc = `a${DOT} ${DOT} 0 1 0 `;
  return `M${tenth(x(step) - DOT)} ${y(value)}${arc}${2 * DOT} 0${arc}${-2 * DOT} 0Z`;
}
