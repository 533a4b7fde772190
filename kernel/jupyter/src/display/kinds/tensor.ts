import type { MimeBundle } from "../../wire/display.js";
import { counted, numberText } from "../figures.js";
import { captionHtml, tensorHtml } from "../tensor/tensor-html.js";
import { pictureOfTensor } from "../tensor/tensor-picture.js";
import {
  bracketText,
  shapeText,
  summaryOf,
  valueText,
  type Summary,
  type TensorValues,
} from "../tensor/tensor-values.js";
import { hasMethods, type Duck, type Kind } from "./kind.js";

/** Up to so many values are all printed; of more, what they come down to. */
const PRINTED = 256;

/** And so many as a sample. */
const FIRST = 10;

/** Tensors and variables of TensorFlow.js, of whatever copy of the library made them. */
export const tensor: Kind = {
  name: "a tensor",
  bundle(value) {
    const { shape, dtype, isDisposed } = value as Duck;
    if (typeof dtype !== "string" || !hasMethods(value, "dataSync", "arraySync")) return null;
    if (!Array.isArray(shape) || !shape.every((length) => typeof length === "number")) return null;
    const name = hasMethods(value, "assign") ? "Variable" : "Tensor";
    const head = `${name} ${shapeText(shape as number[])} ${dtype}`;
    if (isDisposed === true) {
      const lines = [head, "disposed: its values are gone"];
      return { "text/plain": lines.join(", "), "text/html": captionHtml(lines) };
    }
    const data = value.dataSync() as ArrayLike<number | string>;
    return bundleOfValues(
      { shape: shape as number[], dtype, values: dtype === "complex64" ? complex(data) : data },
      head,
    );
  },
};

function bundleOfValues(tensor: TensorValues, head: string): MimeBundle {
  const { values, dtype } = tensor;
  const summary = summaryOf(values);
  const picture = pictureOfTensor(tensor, summary);
  const summarised = values.length > PRINTED || picture !== null;
  const notes = summarised ? [counted(values.length, "value"), ...summaryNotes(summary)] : [];
  const text = summarised
    ? `${notes.join(", ")}\nfirst: ${firstText(values, dtype)}`
    : bracketText(tensor);
  return {
    ...(picture && { "image/png": picture.png }),
    "text/html": tensorHtml(
      tensor,
      picture,
      head,
      notes.length > 0 ? notes : smallNotes(tensor, text),
    ),
    "text/plain": `${head}\n${text}`,
  };
}

function summaryNotes(summary: Summary | null): string[] {
  if (!summary) return [];
  const { min, max, mean, notFinite } = summary;
  return [
    `min ${numberText(min, 5)}`,
    `max ${numberText(max, 5)}`,
    `mean ${numberText(mean, 5)}`,
    ...(notFinite > 0 ? [`${counted(notFinite, "value")} not finite`] : []),
  ];
}

// What has no table has its text.
function smallNotes({ shape, values }: TensorValues, text: string): string[] {
  const tabular = (shape.length === 1 || shape.length === 2) && values.length > 0;
  return tabular ? [] : [text];
}

function firstText(values: ArrayLike<number | string>, dtype: string): string {
  const first = Array.from({ length: Math.min(FIRST, values.length) }, (_value, index) =>
    valueText(values[index]!, dtype),
  );
  return [...first, ...(values.length > FIRST ? ["…"] : [])].join(", ");
}

// TensorFlow.js gives real and imaginary parts by turns.
function complex(parts: ArrayLike<number | string>): string[] {
  return Array.from({ length: parts.length / 2 }, (_value, index) => {
    const imaginary = Number(parts[index * 2 + 1]);
    const sign = imaginary < 0 ? "-" : "+";
    return `${numberText(Number(parts[index * 2]), 5)}${sign}${numberText(Math.abs(imaginary), 5)}i`;
  });
}
