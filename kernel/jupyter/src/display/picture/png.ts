import { crc32, deflateSync } from "node:zlib";

/** PNG's number for a colour type, by the channels of a pixel. */
const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/**
 * A picture as the bytes of a PNG file (8 bits a channel, not interlaced).
 *
 * @param pixels row by row, `channels` bytes each: grey, RGB or RGBA
 * @example encodePng({ width: 1, height: 1, channels: 3, pixels: Uint8Array.of(255, 0, 0) })
 */
export function encodePng(picture: {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  pixels: Uint8Array;
}): Uint8Array {
  const { width, height, channels, pixels } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = COLOUR_TYPES[channels];
  const stride = width * channels;
  // Each row is told how it was filtered: 0, not at all.
  const rows = Buffer.alloc((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
