import { describe, expect, test } from "vitest";
import { identityDifferences, identityText } from "./identity.js";
import type { EngineIdentity } from "./identity.js";
import { instructionSets } from "./instruction-set.js";

const old = "sse4_1 avx avx2 fma".split(" ");
const wide = [...old, ..."avx512f avx512bw avx512vl avx512dq avx512_vnni".split(" ")];

describe("the instruction set of an engine", () => {
  test.each([
    ["a processor of 2010", ["sse4_1"], undefined, "sse41"],
    ["one with AVX2", old, undefined, "avx2"],
    ["one with AVX-512", wide, undefined, "avx512_core_vnni"],
    ["the same, capped", wide, "AVX2", "avx2"],
    ["capped to what lies between", wide, "avx2_vnni", "avx2"],
    ["a cap above what there is", old, "AVX512_CORE", "avx2"],
    ["no cap by another name", wide, "DEFAULT", "avx512_core_vnni"],
    ["half of AVX-512 is none of it", [...old, "avx512f"], undefined, "avx2"],
    ["another kind of processor", ["neon"], undefined, undefined],
  ])("%s", (_, marks, cap, expected) => {
    expect(instructionSets(new Set(marks), cap).at(-1)).toBe(expected);
  });
});

describe("identities of earlier times", () => {
  const identity: EngineIdentity = {
    ...{ backend: "native", library: "tensorflow-cpu 2.20.0", digest: "cf75", mode: "compiled" },
    ...{ addon: "0123", arch: "x64", isa: "avx512_core", tfjs: "4.22.0" },
  };
  const differences = (change: Partial<EngineIdentity>): string[] =>
    identityDifferences(identityText({ ...identity, ...change }), identityText(identity));

  test("what differs is named in plain words", () => {
    expect(differences({})).toEqual([]);
    expect(differences({ isa: "avx2", mode: "eager" })).toEqual([
      "mode (eager then, compiled now)",
      "instruction set (avx2 then, avx512_core now)",
    ]);
  });

  test("an instruction set that was not recorded may be the same", () => {
    expect(differences({ isa: "default" })).toEqual([]);
    expect(differences({ isa: "default", addon: null })).toEqual(["addon (none then, 0123 now)"]);
  });
});
