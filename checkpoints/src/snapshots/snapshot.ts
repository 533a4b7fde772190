import { MetricsInvalid } from "../errors/data-errors.js";

/** A text that the model wrote. */
export interface SamplePayload {
  kind: "sample";
  prompt: string;
  text: string;
}

/** A token and how likely the model held it. */
export interface Candidate {
  token: string;
  probability: number;
}

/** For each token of a text, what else the model held likely at its place. */
export interface ProbabilitiesPayload {
  kind: "probabilities";
  prompt: string;
  tokens: readonly { token: string; candidates: readonly Candidate[] }[];
}

/**
 * Attention weights, quantised: for each layer and head, in this order, a square of bytes with one
 * row for each query and one column for each key. A weight is about `byte * scale`, `scale` that of
 * its layer and head, wrong by half a `scale` at most.
 */
export interface AttentionPayload {
  kind: "attention";
  /** What queries and keys are: the squares have as many rows and columns. */
  tokens: readonly string[];
  layers: number;
  heads: number;
  /** layers * heads */
  scales: Float32Array;
  /** layers * heads * tokens * tokens */
  values: Uint8Array;
}

/** Places of things in a space. */
export interface EmbeddingsPayload {
  kind: "embeddings";
  points: readonly { label: string; vector: Float32Array }[];
}

/** What a step shows beside numbers. */
export type SnapshotPayload =
  SamplePayload | ProbabilitiesPayload | AttentionPayload | EmbeddingsPayload;

/** A kind of snapshot. */
export type SnapshotKind = SnapshotPayload["kind"];

/** A snapshot to be recorded; `wall` is now unless told otherwise, in milliseconds since 1970. */
export type NewSnapshot = SnapshotPayload & { step: number; wall?: number };

/** A snapshot as recorded; `wall` is null for samples of stores made before schema 4. */
export type Snapshot = SnapshotPayload & { step: number; wall: number | null };

/** All kinds of snapshots. */
export const SNAPSHOT_KINDS = ["sample", "probabilities", "attention", "embeddings"] as const;

/** More bytes than this are no snapshot. */
export const SNAPSHOT_LIMIT = 64 * 2 ** 20;

/**
 * Quantises attention weights to one byte each.
 *
 * @param weights by layer, head, query and key; from 0 to 1
 * @throws MetricsInvalid when their number does not fit, or one is negative or not finite
 * @example quantiseAttention(weights, { tokens: ["S", "h"], layers: 4, heads: 4 })
 */
export function quantiseAttention(
  weights: Float32Array,
  { tokens, layers, heads }: Pick<AttentionPayload, "tokens" | "layers" | "heads">,
): AttentionPayload {
  const size = tokens.length ** 2;
  if (weights.length !== layers * heads * size) {
    throw new MetricsInvalid({ reason: "attention has layers * heads * tokens * tokens weights" });
  }
  const scales = new Float32Array(layers * heads);
  const values = new Uint8Array(weights.length);
  for (let square = 0; square < scales.length; square++) {
    const part = weights.subarray(square * size, (square + 1) * size);
    let greatest = 0;
    for (const weight of part) {
      if (!(weight >= 0 && weight < Infinity)) {
        throw new MetricsInvalid({ reason: "a weight of attention is negative or not finite" });
      }
      if (weight > greatest) greatest = weight;
    }
    scales[square] = greatest / 255;
    if (greatest === 0) continue;
    for (let index = 0; index < size; index++) {
      values[square * size + index] = Math.round((part[index]! / greatest) * 255);
    }
  }
  return { kind: "attention", tokens, layers, heads, scales, values };
}

/** The weights of one head, by query and key. @example attentionWeights(snapshot, 0, 3)[query * tokens.length + key] */
export function attentionWeights(
  { tokens, heads, scales, values }: AttentionPayload,
  layer: number,
  head: number,
): Float32Array {
  const size = tokens.length ** 2;
  const square = layer * heads + head;
  const scale = scales[square] ?? 0;
  return Float32Array.from(
    values.subarray(square * size, (square + 1) * size),
    (value) => value * scale,
  );
}

/** Throws MetricsInvalid when a value is no snapshot. @example requireSnapshot(row) */
export function requireSnapshot(row: NewSnapshot): void {
  const reason = faultOf(row);
  if (reason !== null) throw new MetricsInvalid({ reason });
}

function faultOf(row: NewSnapshot): string | null {
  if (typeof row !== "object" || row === null) return "a snapshot is an object";
  if (!isCount(row.step)) return "the step of a snapshot is a whole number from 0 on";
  if (row.wall !== undefined && !isCount(row.wall)) return "its wall time is in milliseconds";
  switch (row.kind) {
    case "sample":
      return areTexts([row.prompt, row.text]) ? null : "a sample is { step, prompt, text }";
    case "probabilities": {
      const right =
        areTexts([row.prompt]) &&
        Array.isArray(row.tokens) &&
        row.tokens.every(
          (item) =>
            areTexts([item?.token]) &&
            Array.isArray(item.candidates) &&
            item.candidates.every(
              (candidate: Candidate) =>
                areTexts([candidate?.token]) && typeof candidate.probability === "number",
            ),
        );
      return right ? null : "probabilities are { prompt, tokens: [{ token, candidates }] }";
    }
    case "attention":
      return attentionFault(row);
    case "embeddings": {
      const right =
        Array.isArray(row.points) &&
        row.points.every(
          (point) => areTexts([point?.label]) && point.vector instanceof Float32Array,
        );
      return right ? null : "embeddings are { points: [{ label, vector: Float32Array }] }";
    }
    default:
      return `there is no snapshot of the kind "${String((row as { kind: unknown }).kind)}"`;
  }
}

function attentionFault(row: AttentionPayload): string | null {
  const { tokens, layers, heads, scales, values } = row;
  if (!Array.isArray(tokens) || !areTexts(tokens)) return "the tokens of attention are texts";
  if (!isCount(layers) || !isCount(heads)) return "layers and heads are whole numbers";
  if (!(scales instanceof Float32Array) || scales.length !== layers * heads) {
    return "attention has a scale for each layer and head";
  }
  if (!(values instanceof Uint8Array) || values.length !== scales.length * tokens.length ** 2) {
    return "attention has layers * heads * tokens * tokens bytes";
  }
  return values.length > SNAPSHOT_LIMIT ? "it has more than 64 MiB" : null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}
