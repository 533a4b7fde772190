import { OptionInvalid } from "../errors/folder-errors.js";
import { sha256 } from "../hashing/digests.js";
import { canonicalJson, compareCodePoints } from "./canonical-json.js";

/** The kinds of numbers in a tensor. */
export type TensorType = "F32" | "I32";

/** What a checkpoint holds besides tensors. */
export interface StateInput {
  /** The random number generators, each as text. */
  rng: Record<string, string>;
  /** The data cursor: safe integers. */
  cursor: Record<string, number>;
  /** Digests of saved blobs: corpus, tokenizer. */
  blobs: Record<string, string>;
  /** Exact JSON texts. */
  configs: Record<string, string>;
  /** The engine's identity, JSON text; not part of the digest. */
  engine: string;
}

/** A tensor as the state document names it. */
export interface TensorIdentity {
  name: string;
  dtype: TensorType;
  shape: number[];
  /** sha256 of the bytes, hexadecimal. */
  sha256: string;
}

/** What the digest of a state is taken over. */
export interface StateDocument {
  format: "forkpoint-state-1";
  step: number;
  /** Sorted by name. */
  tensors: TensorIdentity[];
  rng: Record<string, string>;
  cursor: Record<string, number>;
  blobs: Record<string, string>;
  /** sha256 of each text. */
  configs: Record<string, string>;
}

/** A tensor whose digest is asked for: its bytes, or their sha256 where that is known. */
export type DigestibleTensor = { name: string; dtype: TensorType; shape: readonly number[] } & (
  { bytes: Uint8Array; sha256?: string } | { bytes?: undefined; sha256: string }
);

/**
 * The state document of a step: everything the next step depends on, by value or by digest.
 *
 * @throws OptionInvalid when a step, name or value cannot be part of it
 * @example stateDocument(25, tensors, state).configs.model // "5e88…"
 */
export function stateDocument(
  step: number,
  tensors: readonly DigestibleTensor[],
  state: StateInput,
): StateDocument {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new OptionInvalid({ option: "step", reason: "must be a whole number from 0 on" });
  }
  if (typeof state.engine !== "string") {
    throw new OptionInvalid({ option: "engine", reason: "must be a text" });
  }
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (typeof name !== "string" || name === "" || name === "__metadata__") {
      throw new OptionInvalid({ option: "tensors", reason: `holds the bad name "${name}"` });
    }
    if (names.has(name)) {
      throw new OptionInvalid({ option: "tensors", reason: `names "${name}" twice` });
    }
    names.add(name);
  }
  const texts = checked("configs", state.configs, (text) => typeof text === "string");
  return {
    format: "forkpoint-state-1",
    step,
    tensors: tensors
      .map((tensor) => ({
        name: tensor.name,
        dtype: tensor.dtype,
        shape: [...tensor.shape],
        sha256:
          tensor.bytes === undefined ? tensor.sha256 : (tensor.sha256 ?? sha256(tensor.bytes)),
      }))
      .sort((a, b) => compareCodePoints(a.name, b.name)),
    rng: checked("rng", state.rng, (value) => typeof value === "string"),
    cursor: checked("cursor", state.cursor, (value) => Number.isSafeInteger(value)),
    blobs: checked("blobs", state.blobs, (value) => /^[0-9a-f]{64}$/.test(value)),
    configs: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, sha256(text)])),
  };
}

/**
 * The canonical text of a state document; its sha256 is the checkpoint's digest.
 *
 * @throws OptionInvalid when a text in it is not well-formed Unicode
 * @example sha256(stateText(document)) === checkpoint.digest
 */
export function stateText(document: StateDocument): string {
  try {
    return canonicalJson(document as never);
  } catch (error) {
    const reason = `cannot be digested: ${(error as Error).message}`;
    throw new OptionInvalid({ option: "state", reason }, { cause: error });
  }
}

/**
 * The state document in a text, or null if there is none.
 *
 * @example parseState(stored.state)?.step
 */
export function parseState(text: string): StateDocument | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const { format, step, tensors, ...records } = (value ?? {}) as Partial<StateDocument>;
  if (format !== "forkpoint-state-1" || !isWhole(step) || !Array.isArray(tensors)) return null;
  const texts = (record: unknown): boolean =>
    isRecord(record) && Object.values(record).every((item) => typeof item === "string");
  const { rng, cursor, blobs, configs } = records;
  if (![rng, blobs, configs].every(texts)) return null;
  if (!isRecord(cursor) || !Object.values(cursor).every(Number.isSafeInteger)) return null;
  const sound = tensors.every(
    (tensor: unknown) =>
      isRecord(tensor) &&
      [tensor["name"], tensor["sha256"]].every((item) => typeof item === "string") &&
      (tensor["dtype"] === "F32" || tensor["dtype"] === "I32") &&
      Array.isArray(tensor["shape"]) &&
      tensor["shape"].every(isWhole),
  );
  return sound ? (value as StateDocument) : null;
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The digest of a state: equal digests mean that training goes on bit for bit alike.
 *
 * @throws OptionInvalid when a step, name or value cannot be part of it
 * @example stateDigest(25, [{ name: "w", dtype: "F32", shape: [2], bytes }], state) // "9f86d0…"
 */
export function stateDigest(
  step: number,
  tensors: readonly DigestibleTensor[],
  state: StateInput,
): string {
  return sha256(stateText(stateDocument(step, tensors, state)));
}

function checked<T>(
  option: string,
  record: Record<string, T>,
  accept: (value: T) => boolean,
): Record<string, T> {
  if (!isRecord(record)) throw new OptionInvalid({ option, reason: "must be an object" });
  for (const [key, value] of Object.entries(record)) {
    if (!accept(value)) {
      throw new OptionInvalid({ option: `${option}.${key}`, reason: "has the wrong type" });
    }
  }
  return { ...record };
}
