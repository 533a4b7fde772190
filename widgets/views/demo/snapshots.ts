import { encodeShown, type Shown, type WireSnapshot } from "@forkpoint/wire";
import { randomNumbers } from "./recorded.js";

const PROMPT = "Shall I compare thee to";
const alphabet = [..."\n !',-.:;?ABCDEFGHIJLMNOPRSTUVWYabcdefghijklmnopqrstuvwxyz"];
const [LAYERS, HEADS, WIDTH] = [4, 4, 24];

/**
 * Snapshots up to `to`, of a model that slowly learns to look back and to tell tokens apart.
 *
 * @param every after how many steps there is another of each kind
 */
export function snapshots(
  to: number,
  every = { probabilities: 100, attention: 100, embeddings: 100 },
): object {
  const entries: WireSnapshot[] = [];
  const parts: Uint8Array[] = [];
  const add = (step: number, shown: Shown): void => {
    const { head, bytes } = encodeShown(shown);
    const prompt = shown.kind === "probabilities" ? { prompt: PROMPT } : {};
    entries.push({ ...head, ...prompt, step, size: bytes.byteLength });
    parts.push(bytes);
  };
  // What is learnt by a step does not depend on how many steps there are, but ends.
  const learnt = (step: number): number => (to > 10_000 ? (2 * step) / to : step / 1000);
  const stepsOf = (kind: keyof typeof every): number[] =>
    Array.from({ length: Math.floor(to / every[kind]) + 1 }, (_, at) => at * every[kind]);
  for (const step of stepsOf("probabilities")) add(step, probabilities(learnt(step)));
  for (const step of stepsOf("attention")) add(step, attention(learnt(step)));
  for (const step of stepsOf("embeddings")) add(step, embeddings(learnt(step)));
  const pack = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    pack.set(part, at);
    at += part.byteLength;
  }
  return {
    ...{ session_id: "s1", prompt: PROMPT, writes: true, reason: null, status: "ready" },
    ...{ entries, packs: pack.byteLength === 0 ? [] : [pack], trial: null, sequence: 1 },
  };
}

function probabilities(learnt: number): Shown {
  const tokens = [..." aestohnri\nl"];
  const weights = tokens.map((_, at) => Math.exp((2.5 - at) * Math.min(1.5, learnt)));
  const sum = weights.reduce((total, weight) => total + weight, 0) * 1.3;
  return { kind: "probabilities", tokens, shares: Float32Array.from(weights, (it) => it / sum) };
}

function attention(learnt: number): Shown {
  const tokens = [...PROMPT];
  const size = tokens.length;
  const scales = new Float32Array(LAYERS * HEADS).fill(1 / 255);
  const values = new Uint8Array(LAYERS * HEADS * size * size);
  for (let square = 0; square < LAYERS * HEADS; square++) {
    for (let query = 0; query < size; query++) {
      const raw = Array.from({ length: query + 1 }, (_, key) =>
        Math.exp(
          learnt * 5 * Math.cos(((query - key) * (1 + square)) / 5) - (query - key) * 0.05 * square,
        ),
      );
      const sum = raw.reduce((total, weight) => total + weight, 0);
      raw.forEach((weight, key) => {
        values[square * size * size + query * size + key] = Math.round((255 * weight) / sum);
      });
    }
  }
  return { kind: "attention", tokens, layers: LAYERS, heads: HEADS, scales, values };
}

function embeddings(learnt: number): Shown {
  const next = randomNumbers(5);
  const vectors = new Float32Array(alphabet.length * WIDTH);
  alphabet.forEach((token, at) => {
    const group = /[aeiou]/.test(token) ? 0 : /[a-z]/.test(token) ? 1 : /[A-Z]/.test(token) ? 2 : 3;
    for (let part = 0; part < WIDTH; part++) {
      const noise = (next() - 0.5) * (1 + learnt);
      vectors[at * WIDTH + part] =
        noise + learnt * 1.4 * Math.sin(part * (group + 1) + group * learnt * 0.4);
    }
  });
  return { kind: "embeddings", tokens: alphabet, width: WIDTH, vectors };
}
