/** Where a binary value was: keys from the root of the state. */
export type BufferPath = (string | number)[];

/** A state with its binary values taken out, as widget messages carry it. */
export interface SplitState {
  state: Record<string, unknown>;
  bufferPaths: BufferPath[];
  buffers: Uint8Array[];
}

/**
 * Takes the binary values out of a state, wherever they are: the key of an object is left out, the
 * place in an array becomes null. The state itself is not changed.
 *
 * @param replace asked first about every value; what it returns, if not undefined, is taken instead
 * @throws {TypeError} when the state refers to itself in a circle
 * @example splitBuffers({ x: new Uint8Array(2) }) // { state: {}, bufferPaths: [["x"]], buffers: [..] }
 */
export function splitBuffers(
  state: Record<string, unknown>,
  replace: (value: unknown) => unknown = () => undefined,
): SplitState {
  const bufferPaths: BufferPath[] = [];
  const buffers: Uint8Array[] = [];
  const above = new Set<object>();

  function walk(value: unknown, path: BufferPath): unknown {
    const replaced = replace(value);
    if (replaced !== undefined) return replaced;
    if (typeof value !== "object" || value === null) return value;
    if (above.has(value)) {
      throw new TypeError(`A widget's state refers to itself at ${JSON.stringify(path)}.`);
    }
    if (typeof (value as { toJSON?: unknown }).toJSON === "function") return value;
    above.add(value);
    const result = Array.isArray(value)
      ? value.map((item: unknown, index) => takeOut(item, [...path, index]) ?? null)
      : walkObject(value as Record<string, unknown>, path);
    above.delete(value);
    return result;
  }

  function walkObject(value: Record<string, unknown>, path: BufferPath): object {
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const taken = takeOut(item, [...path, key]);
      // defineProperty: a key named __proto__ must stay a plain key.
      if (taken !== undefined) {
        Object.defineProperty(result, key, { value: taken, ...PLAIN });
      }
    }
    return result;
  }

  function takeOut(value: unknown, path: BufferPath): unknown {
    // A Buffer has a toJSON of its own, so binary values are looked for first.
    const bytes = bytesOf(value);
    if (!bytes) return walk(value, path);
    bufferPaths.push(path);
    buffers.push(bytes);
    return undefined;
  }

  return { state: walk(state, []) as Record<string, unknown>, bufferPaths, buffers };
}

/**
 * Puts buffers that came beside a state back where they belong, in the state itself.
 *
 * @throws {RangeError} when a path leads nowhere
 * @example joinBuffers({ a: [null] }, [["a", 0]], [bytes]) // { a: [bytes] }
 */
export function joinBuffers(
  state: Record<string, unknown>,
  bufferPaths: readonly BufferPath[],
  buffers: readonly Uint8Array[],
): Record<string, unknown> {
  bufferPaths.forEach((path, index) => {
    const last = path.at(-1);
    const buffer = buffers[index];
    let place: unknown = state;
    for (const key of path.slice(0, -1)) place = ownValue(place, key);
    if (last === undefined || !buffer || typeof place !== "object" || place === null) {
      throw new RangeError(`A buffer's path ${JSON.stringify(path)} leads nowhere.`);
    }
    Object.defineProperty(place, last, { value: buffer, ...PLAIN });
  });
  return state;
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

// The path comes from outside: it must not lead into prototypes.
function ownValue(place: unknown, key: string | number): unknown {
  return typeof place === "object" && place !== null && Object.hasOwn(place, key)
    ? (place as Record<string | number, unknown>)[key]
    : undefined;
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer
    ? new Uint8Array(value)
    : null;
}
