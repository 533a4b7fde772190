import { encodePng } from "../picture/png.js";
import type { Summary, TensorValues } from "./tensor-values.js";

/** Below this a side is rather a short list than a picture. */
const SMALLEST = 8;

/** Above this the picture would weigh more than a notebook wants to carry. */
const MOST_PIXELS = 1 << 20;

/** A tensor that can be looked at. */
export interface TensorPicture {
  width: number;
  height: number;
  png: Uint8Array;
  /** The value that is shown as the brightest: 1 or 255. */
  white: 1 | 255;
}

/**
 * A tensor as a picture, when its shape (`[h, w]`, `[h, w, 1 | 3 | 4]`) and its values
 * (0 to 1, or 0 to 255) are those of one; else null.
 *
 * @example pictureOfTensor(tensor, summaryOf(tensor.values))?.png
 */
export function pictureOfTensor(
  tensor: TensorValues,
  summary: Summary | null,
): TensorPicture | null {
  const [height = 0, width = 0, channels = 1, ...further] = tensor.shape;
  if (tensor.shape.length < 2 || further.length > 0) return null;
  if (channels !== 1 && channels !== 3 && channels !== 4) return null;
  if (height < SMALLEST || width < SMALLEST || height * width > MOST_PIXELS) return null;
  if (!summary || summary.notFinite > 0 || summary.min < 0 || summary.max > 255) return null;
  // Between the two it is neither: values up to 7, say, would make a black picture.
  const white = summary.max <= 1 ? 1 : 255;
  const pixels = new Uint8Array(tensor.values.length);
  for (let index = 0; index < pixels.length; index++) {
    pixels[index] = Math.round((Number(tensor.values[index]) / white) * 255);
  }
  return { width, height, white, png: encodePng({ width, height, channels, pixels }) };
}
