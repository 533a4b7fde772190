import { createHash } from "node:crypto";
import { decodeHeader, encodeHeader } from "@forkpoint/checkpoints";
import { ExamplesInvalid } from "../errors/data.js";
import { streamFrom } from "../engine/random.js";
import { namedOptions, numberOption } from "../options.js";

/** A tensor of numbers, one row an example. */
export interface Rows {
  values: Float32Array | Int32Array;
  /** The first extent counts the examples. */
  shape: number[];
}

/** Examples to train on: what goes in, and what is to come out. */
export interface ExamplesDescription {
  kind: "examples";
  title: string;
  x: Rows;
  y: Rows;
  /** How many of the last examples are for validation. */
  validation: number;
}

/** A tf.Tensor, as far as its values are concerned. */
interface TensorLike {
  shape: number[];
  dtype: string;
  dataSync(): ArrayLike<number>;
}

type Nested = readonly (number | Nested)[];

/** Numbers by example: a tf.Tensor, nested arrays, or a typed array with its shape. */
export type RowsGiven =
  | TensorLike
  | Nested
  | { values: Float32Array | Int32Array | Uint8Array; shape: readonly number[] };

/**
 * Describes the examples of a session: `x` and `y`, one row each. The last tenth is for validation.
 * Nested arrays become float32, as `tf.tensor` makes them; whole numbers that a model uses as
 * indices come as an Int32Array or an int32 tensor.
 *
 * @param options.validation the share of examples for validation, or their number
 * @throws ExamplesInvalid, OptionInvalid
 * @example
 * examples(tf.tensor2d(points), { values: Int32Array.from(labels), shape: [labels.length] });
 */
export function examples(
  x: RowsGiven,
  y: RowsGiven,
  options: { validation?: number; title?: string } = {},
): ExamplesDescription {
  const given = namedOptions("examples", options, ["validation", "title"]);
  const [inputs, targets] = [rowsOf("x", x), rowsOf("y", y)];
  const count = inputs.shape[0]!;
  if (targets.shape[0] !== count)
    throw new ExamplesInvalid("y", `has ${targets.shape[0]} examples where x has ${count}`);
  const fits = (n: number): boolean =>
    (n > 0 && n < 1) || (Number.isInteger(n) && n < count && n > 0);
  const wanted = `a share between 0 and 1, or a number of examples below ${count}`;
  const share = numberOption("examples", given, "validation", 0.1, fits, wanted);
  const validation = share < 1 ? Math.max(1, Math.floor(count * share)) : share;
  if (validation >= count) throw new ExamplesInvalid("x", "leaves no example to train on");
  const title = typeof given["title"] === "string" ? given["title"] : `${count} examples`;
  return { kind: "examples", title, x: inputs, y: targets, validation };
}

/** The examples as one safetensors file with the tensors x and y. */
export function encodeExamples({ x, y }: Pick<ExamplesDescription, "x" | "y">): Uint8Array {
  const tensors = Object.entries({ x, y }).map(([name, { values, shape }]) => ({
    ...{ name, dtype: values instanceof Int32Array ? "I32" : "F32", shape },
    length: values.byteLength,
  }));
  const bytes = ({ values }: Rows): Uint8Array =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Uint8Array.from(Buffer.concat([encodeHeader(tensors, {}), bytes(x), bytes(y)]));
}

/** What {@link encodeExamples} wrote. @throws SyntaxError when it is no such file */
export function decodeExamples(bytes: Uint8Array): { x: Rows; y: Rows } {
  const { entries, dataStart } = decodeHeader(
    (offset, length) => bytes.subarray(offset, offset + length),
    bytes.byteLength,
  );
  const read = (name: string): Rows => {
    const entry = entries.get(name);
    if (!entry) throw new SyntaxError(`the examples lack ${name}`);
    const { buffer } = bytes.slice(dataStart + entry.begin, dataStart + entry.end);
    const values = entry.dtype === "I32" ? new Int32Array(buffer) : new Float32Array(buffer);
    return { values, shape: entry.shape };
  };
  return { x: read("x"), y: read("y") };
}

/**
 * Which examples a batch has. Each epoch goes once through all, in an order that is a function of
 * `key` and the epoch; a batch may reach over the end of one.
 *
 * @param seen how many examples went before
 * @example examplesAt("1337", 100, 250, 4) // four of 0 … 99: the third epoch, from its middle
 */
export function examplesAt(key: string, count: number, seen: number, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, at) => {
    const place = seen + at;
    return orderOf(key, count, Math.floor(place / count))[place % count]!;
  });
}

/** Some rows, one behind the other. */
export function pick({ values, shape }: Rows, at: ArrayLike<number>): Float32Array | Int32Array {
  const width = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const found = new (values.constructor as Float32ArrayConstructor)(at.length * width);
  for (let row = 0; row < at.length; row++)
    found.set(values.subarray(at[row]! * width, (at[row]! + 1) * width), row * width);
  return found;
}

const orders = new Map<string, Int32Array>();

// Orders of the newest epochs are kept: each is asked for by every batch.
function orderOf(key: string, count: number, epoch: number): Int32Array {
  const name = `${key}/${count}/${epoch}`;
  let order = orders.get(name);
  if (!order) {
    order = shuffled(key, count, epoch);
    orders.set(name, order);
    if (orders.size > 8) orders.delete(orders.keys().next().value!);
  }
  return order;
}

/**
 * The numbers below `count` in the order of an epoch, a function of `key` and the epoch (Fisher and
 * Yates, with a stream of its own).
 *
 * @example shuffled("1337", 3, 0) // Int32Array [2, 0, 1]
 */
export function shuffled(key: string, count: number, epoch: number): Int32Array {
  const random = streamFrom(
    createHash("sha256").update(`${key}/epoch ${epoch}`).digest("hex").slice(0, 32),
  );
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let left = count - 1; left > 0; left--) {
    const other = Math.floor(random.uniform() * (left + 1));
    [order[left], order[other]] = [order[other]!, order[left]!];
  }
  return order;
}

function rowsOf(name: string, given: RowsGiven): Rows {
  const { values, shape } = numbersOf(name, given);
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length === 0 || size === 0) throw new ExamplesInvalid(name, "holds no example");
  if (values.length !== size)
    throw new ExamplesInvalid(name, `has ${values.length} values, but its shape says ${size}`);
  if (!values.every(Number.isFinite)) throw new ExamplesInvalid(name, "holds NaN or infinity");
  return { values, shape: [...shape] };
}

function numbersOf(name: string, given: RowsGiven): Rows {
  if (Array.isArray(given)) {
    const shape: number[] = [];
    for (let part: unknown = given; Array.isArray(part); part = part[0]) shape.push(part.length);
    const flat = (given as number[]).flat(Infinity) as number[];
    if (!flat.every((value) => typeof value === "number") || !isRegular(given, shape))
      throw new ExamplesInvalid(name, "must hold numbers, as many in each example");
    return { values: Float32Array.from(flat), shape };
  }
  if (typeof given === "object" && given !== null && "dataSync" in given) {
    const values = given.dataSync();
    const whole = given.dtype === "int32" || given.dtype === "bool";
    return {
      values: whole ? Int32Array.from(values) : Float32Array.from(values),
      shape: given.shape,
    };
  }
  const { values, shape } = (given ?? {}) as { values?: unknown; shape?: unknown };
  if (!ArrayBuffer.isView(values) || !Array.isArray(shape))
    throw new ExamplesInvalid(name, "must be a tensor, nested arrays or { values, shape }");
  const whole = values instanceof Int32Array || values instanceof Uint8Array;
  const numbers = values as unknown as ArrayLike<number>;
  return {
    values: whole ? Int32Array.from(numbers) : Float32Array.from(numbers),
    shape: shape as number[],
  };
}

function isRegular(part: unknown, [length, ...rest]: number[]): boolean {
  if (length === undefined) return !Array.isArray(part);
  return (
    Array.isArray(part) && part.length === length && part.every((inner) => isRegular(inner, rest))
  );
}
