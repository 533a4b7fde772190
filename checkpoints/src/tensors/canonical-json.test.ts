import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runPython } from "../testing/fixtures.js";
import { canonicalJson, compareCodePoints } from "./canonical-json.js";
import type { CanonicalValue } from "./canonical-json.js";

const text = fc.string({ unit: "binary" }).filter((value) => !/\p{Cs}/u.test(value));
const document: fc.Arbitrary<CanonicalValue> = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.maxSafeInteger(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
  ),
})).value;

const PROGRAM = `
import json, sys
for line in sys.stdin:
    text = json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.buffer.write(text.encode().hex().encode() + b"\\n")
`;

describe("canonicalJson", () => {
  test("gives the bytes that Python's json gives", () => {
    const documents = fc.sample(document, 400);
    documents.push({ "\u{10000}": 1, "\uffff": 2, a: -0, "\u2028": '\u007f\b\f\u001f/\\"' });
    const lines = documents.map((value) => JSON.stringify(value)).join("\n");
    const expected = runPython(PROGRAM, lines).trimEnd().split("\n");
    const ours = documents.map((value) => Buffer.from(canonicalJson(value)).toString("hex"));
    expect(ours).toEqual(expected);
  });

  test.each([0.5, Number.NaN, 2 ** 53, null, undefined, true, "\ud800", { a: null }])(
    "refuses %j",
    (value) => {
      expect(() => canonicalJson(value as never)).toThrow(TypeError);
    },
  );
});

test("compareCodePoints orders as UTF-8 bytes do", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareCodePoints(a, b))).toBe(expected);
    }),
  );
});
