import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../engine/random.js";
import { drawBatch } from "./batches.js";
import { corpus, readCorpus, splitTokens } from "./corpus.js";
import { characterTokenizer, tokenizerFrom } from "./tokenizer.js";

describe("readCorpus", () => {
  test("the sonnets are Shakespeare's 154", async () => {
    const { text, title, vocabulary } = await readCorpus(corpus.sonnets());
    expect(title).toBe("154 sonnets");
    expect(text).toContain("Shall I compare thee to a summer's day?");
    expect(text.split("\n\n")).toHaveLength(154);
    expect(vocabulary).toBe(new Set(text).size);
  });

  test("a file, a file URL and a data URL give the same corpus as its text", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "corpus-")), "poem.txt");
    writeFileSync(path, "ab ba\n");
    const { digest } = await readCorpus(corpus.text("ab ba\n"));
    for (const source of [path, new URL(`file://${path}`), "data:text/plain,ab%20ba%0A"]) {
      expect((await readCorpus(corpus.file(source))).digest).toBe(digest);
    }
  });

  test("an empty text and a missing file are refused by name", async () => {
    await expect(readCorpus(corpus.text(""))).rejects.toMatchObject({ code: "CorpusEmpty" });
    await expect(readCorpus(corpus.file("/no/such/poem"))).rejects.toMatchObject({
      code: "CorpusUnreadable",
      data: { source: "/no/such/poem" },
    });
  });
});

describe("splitTokens", () => {
  test("both parts hold at least one block and its target, and nothing is lost", () => {
    const property = fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(3000), (block, extra) => {
      const tokens = Int32Array.from({ length: 2 * (block + 1) + extra }, (_, index) => index);
      const { train, validation } = splitTokens(tokens, block);
      expect(Math.min(train.length, validation.length)).toBeGreaterThan(block);
      expect([...train, ...validation]).toEqual([...tokens]);
    });
    fc.assert(property);
  });

  test("a corpus too short for two blocks is refused with the numbers", () => {
    expect(() => splitTokens(new Int32Array(9), 4)).toThrow(
      expect.objectContaining({
        code: "CorpusTooShort",
        data: { tokens: 9, needed: 10, block: 4 },
      }),
    );
  });
});

describe("characterTokenizer", () => {
  test("decodes what it encoded, also after being stored", () => {
    const property = fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const tokenizer = characterTokenizer(text);
      expect(tokenizerFrom(tokenizer.text()).decode(tokenizer.encode(text))).toBe(text);
    });
    fc.assert(property);
  });
});

describe("drawBatch", () => {
  test("each target is the token after its input, and every window lies in the text", () => {
    const tokens = Int32Array.from({ length: 100 }, (_, index) => index);
    const { inputs, targets } = drawBatch(tokens, 50, 10, randomStream(3, "batches"));
    inputs.forEach((token, index) => expect(targets[index]).toBe(token + 1));
    expect(Math.max(...targets)).toBeLessThanOrEqual(99);
  });
});
