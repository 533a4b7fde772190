import { createHash } from "node:crypto";

/**
 * A seeded random stream whose whole state is 128 bits, so that a checkpoint can hold it.
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand 0.94).
 */
export interface RandomStream {
  /** A uniform number in [0, 1) with 32 random bits. */
  uniform(): number;
  /** A uniform integer in [0, 2^32). */
  integer(): number;
  /** A standard normal number (Box and Muller 1958, the cosine half; two draws each). */
  normal(): number;
  /** The state, as 32 hexadecimal digits. */
  state(): string;
}

/**
 * The stream of this name under a seed. Streams of different names are independent, so that
 * sampling text or evaluating never moves the batches.
 *
 * @example
 * const stream = randomStream(1337, "batches");
 * stream.uniform();
 */
export function randomStream(seed: number, name: string): RandomStream {
  const hash = createHash("sha256").update(`${seed}/${name}`).digest("hex");
  return streamFrom(hash.slice(0, 32));
}

/**
 * The stream that goes on from a stored state.
 *
 * @throws RangeError when the text is not 32 hexadecimal digits.
 * @example
 * const again = streamFrom(stream.state());
 */
export function streamFrom(state: string): RandomStream {
  if (!/^[0-9a-f]{32}$/.test(state)) throw new RangeError(`"${state}" is no random state.`);
  let [a, b, c, counter] = [0, 8, 16, 24].map(
    (at) => parseInt(state.slice(at, at + 8), 16) | 0,
  ) as [number, number, number, number];
  const integer = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  const uniform = (): number => integer() / 4294967296;
  return {
    integer,
    uniform,
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    state: () => [a, b, c, counter].map((x) => (x >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
