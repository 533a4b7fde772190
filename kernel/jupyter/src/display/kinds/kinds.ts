import { arrowTable } from "./arrow-table.js";
import { canvas } from "./canvas.js";
import { dataFrame } from "./data-frame.js";
import { failure } from "./failure.js";
import type { Kind } from "./kind.js";
import { markup } from "./markup.js";
import { pictureBytes } from "./picture-bytes.js";
import { records } from "./records.js";
import { tensor } from "./tensor.js";
import { vega } from "./vega.js";

/** In the order in which they are tried. */
export const KINDS: readonly Kind[] = [
  failure,
  pictureBytes,
  vega,
  canvas,
  markup,
  tensor,
  arrowTable,
  dataFrame,
  records,
];
