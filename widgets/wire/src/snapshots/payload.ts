import { WireInvalid } from "../protocol/error.js";

/** More tokens than these look at each other in no picture. */
const MOST_LOOKING = 512;

/** The likeliest next tokens after a prompt, the likeliest first. */
export interface ShownProbabilities {
  kind: "probabilities";
  tokens: string[];
  /** from 0 to 1 */
  shares: Float32Array;
}

/** Where tokens looked, a byte for each weight. */
export interface ShownAttention {
  kind: "attention";
  tokens: string[];
  layers: number;
  heads: number;
  /** for each layer and head, what a byte's 1 stands for */
  scales: Float32Array;
  /** for each layer and head a square: one row for each query, one column for each key */
  values: Uint8Array;
}

/** The vectors of tokens, one after the other. */
export interface ShownEmbeddings {
  kind: "embeddings";
  tokens: string[];
  width: number;
  vectors: Float32Array;
}

/** What one snapshot shows. */
export type Shown = ShownProbabilities | ShownAttention | ShownEmbeddings;

/** The head of a snapshot: all of it but its bytes. */
export interface ShownHead {
  kind: Shown["kind"];
  tokens: string[];
  /** of attention */
  layers?: number;
  /** of attention */
  heads?: number;
  /** of embeddings */
  width?: number;
}

/**
 * Numbers of a snapshot as bytes, and the head that says what they are. Vectors become a byte for each
 * value, wrong by less than 1 % of the token's greatest.
 *
 * @example const { head, bytes } = encodeShown({ kind: "probabilities", tokens, shares });
 */
export function encodeShown(shown: Shown): { head: ShownHead; bytes: Uint8Array } {
  const { kind, tokens } = shown;
  switch (shown.kind) {
    case "probabilities":
      return { head: { kind, tokens }, bytes: bytesOfFloats(shown.shares) };
    case "attention": {
      const { layers, heads, scales, values } = shown;
      return { head: { kind, tokens, layers, heads }, bytes: joined(scales, values) };
    }
    case "embeddings": {
      const { width, vectors } = shown;
      const scales = new Float32Array(tokens.length);
      const values = new Int8Array(vectors.length);
      for (let token = 0; token < tokens.length; token++) {
        const vector = vectors.subarray(token * width, (token + 1) * width);
        const most = vector.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
        scales[token] = most / 127;
        if (most === 0 || !Number.isFinite(most)) continue;
        for (let at = 0; at < width; at++) {
          values[token * width + at] = Math.round((vector[at]! / most) * 127);
        }
      }
      return { head: { kind, tokens, width }, bytes: joined(scales, values) };
    }
  }
}

/**
 * What {@link encodeShown} made. Weights and shares are views of the bytes, which are not to be changed.
 *
 * @throws WireInvalid when the bytes are not as many as the head says
 * @example decodeShown(head, bytes).tokens
 */
export function decodeShown(head: ShownHead, bytes: Uint8Array): Shown {
  const { kind, tokens, layers = 0, heads = 0, width = 0 } = head;
  const expect = (count: number): void => {
    if (bytes.byteLength !== count)
      throw new WireInvalid(`a snapshot of ${kind}`, `${count} bytes`);
  };
  const { buffer, byteOffset } = bytes;
  const floats = (count: number): Float32Array =>
    byteOffset % 4 === 0
      ? new Float32Array(buffer, byteOffset, count)
      : new Float32Array(bytes.slice(0, 4 * count).buffer);
  switch (kind) {
    case "probabilities":
      expect(4 * tokens.length);
      return { kind, tokens, shares: floats(tokens.length) };
    case "attention": {
      const squares = layers * heads;
      if (tokens.length > MOST_LOOKING)
        throw new WireInvalid("a snapshot of attention", `at most ${MOST_LOOKING} tokens`);
      expect(4 * squares + squares * tokens.length ** 2);
      const values = bytes.subarray(4 * squares);
      return { kind, tokens, layers, heads, scales: floats(squares), values };
    }
    case "embeddings": {
      const count = tokens.length;
      expect(4 * count + count * width);
      const scales = floats(count);
      const values = new Int8Array(buffer, byteOffset + 4 * count);
      const vectors = new Float32Array(values.length);
      for (let token = 0; token < count; token++) {
        for (let at = token * width; at < (token + 1) * width; at++) {
          vectors[at] = values[at]! * scales[token]!;
        }
      }
      return { kind, tokens, width, vectors };
    }
  }
}

function bytesOfFloats(values: Float32Array): Uint8Array {
  return new Uint8Array(values.slice().buffer);
}

function joined(scales: Float32Array, values: Uint8Array | Int8Array): Uint8Array {
  const bytes = new Uint8Array(scales.byteLength + values.byteLength);
  bytes.set(bytesOfFloats(scales), 0);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), scales.byteLength);
  return bytes;
}
