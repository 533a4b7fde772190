import { crc32, deflateSync } from "node:zlib";
import { downsample } from "../metrics/downsample.js";
import type { Curve } from "../metrics/downsample.js";

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = 12;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * A plain picture of a curve: a PNG of 640 by 360 in grey, the least value at the bottom, the
 * greatest at the top.
 *
 * @example writeFileSync("mse_curve.png", curvePicture({ steps, values }));
 */
export function curvePicture(curve: Curve): Buffer {
  const inner = WIDTH - 2 * MARGIN;
  const { steps, values } = downsample(curve, inner);
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const range = finite.reduce((a, b) => Math.max(a, b), -Infinity) - least || 1;
  const first = steps[0] ?? 0;
  const span = (steps.at(-1) ?? 0) - first || 1;
  const rows = Array.from({ length: HEIGHT }, () => Buffer.alloc(WIDTH, 0xff));
  const frame = (x: number, y: number): void => void (rows[y]![x] = 0xc0);
  for (let x = MARGIN; x < WIDTH - MARGIN; x++) frame(x, HEIGHT - MARGIN);
  for (let y = MARGIN; y <= HEIGHT - MARGIN; y++) frame(MARGIN, y);
  let before: { x: number; y: number } | null = null;
  for (const [at, step] of steps.entries()) {
    const value = values[at]!;
    if (!Number.isFinite(value)) {
      before = null;
      continue;
    }
    const x = MARGIN + Math.round(((step - first) / span) * (inner - 1));
    const y = HEIGHT - MARGIN - Math.round(((value - least) / range) * (HEIGHT - 2 * MARGIN));
    line(rows, before ?? { x, y }, { x, y });
    before = { x, y };
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  // Eight bits of grey.
  header[8] = 8;
  const pixels = deflateSync(Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row])));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

type Point = { x: number; y: number };

function line(rows: Buffer[], from: Point, to: Point): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  for (let step = 0; step <= steps; step++) {
    const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
    const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
    rows[y]![x] = 0x20;
  }
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.byteLength);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
