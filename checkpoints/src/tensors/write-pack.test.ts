import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FILE_BLOCK, growFile } from "../files/growing-file.js";
import { packFile } from "../folder/layout.js";
import { checkpointInput, sessionInput, stateInput } from "../testing/fixtures.js";
import { localContext } from "../testing/local-context.js";
import type { WriterContext } from "../writer/context.js";
import { createSession } from "../writer/sessions-at-work.js";
import { readHeader } from "./header-of-file.js";
import { saveCheckpoint } from "./save.js";

vi.mock("../files/growing-file.js", { spy: true });

let context: WriterContext;
let remove: () => void;
beforeEach(() => ({ context, remove } = localContext()));
afterEach(() => remove());

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });

test("the room kept for the header fits it, whatever it tells of: a save is written once", async () => {
  let step = 0;
  const texts = fc.dictionary(word, fc.string({ unit: "grapheme", maxLength: 300 }), {
    maxKeys: 5,
  });
  const shape = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(word, { minLength: 1, maxLength: 60 }),
      shape,
      texts,
      word,
      async (names, shape, configs, name) => {
        const session = createSession(context, sessionInput(`${name} ${++step}`));
        const count = shape.reduce((product, size) => product * size, 1);
        const values = names.map((_, at) => Array.from({ length: count }, () => step + at / 64));
        const input = checkpointInput(session.id, step, {}, { state: stateInput({ configs }) });
        input.buffer = Float32Array.from(values.flat()).buffer;
        input.tensors = names.map((name, at) => {
          const length = 4 * count;
          return { name, dtype: "F32" as const, shape, offset: at * length, length };
        });
        vi.mocked(growFile).mockClear();
        const { checkpoint } = await saveCheckpoint(context, input);
        expect(growFile).toHaveBeenCalledTimes(1);
        const file = packFile(context.path, checkpoint.id);
        const { dataStart } = readHeader(file);
        const told = readFileSync(file).toString("utf8", 8, dataStart).trimEnd();
        const spare = dataStart - 8 - Buffer.byteLength(told);
        expect(spare).toBeLessThan(FILE_BLOCK + Buffer.byteLength(told) * 0.4);
      },
    ),
    { numRuns: 60 },
  );
});
