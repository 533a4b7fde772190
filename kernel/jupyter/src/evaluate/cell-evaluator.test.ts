import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createContext, runIn } from "../context.js";
import type { CellInvalid, Finding } from "../errors.js";
import { createInterruptFlag } from "../sockets/interrupt-flag.js";
import { createCellEvaluator, type EvaluatorParts } from "./cell-evaluator.js";
import { createCellSources, type CellSources } from "./cell-sources.js";
import { createLanguage } from "./language/language.js";
import type { Evaluator } from "./evaluator.js";
import { createInterruption } from "./interruption.js";
import { createModuleLoader } from "./module-loader.js";

const cwd = mkdtempSync(join(tmpdir(), "cells-"));
afterAll(() => rmSync(cwd, { recursive: true }));

// One compiler for the whole file: it takes a second to start. Names of one test shadow those of
// another.
const language = createLanguage({ cwd, packages: {}, globals: [] });
let parts: EvaluatorParts;
let evaluator: Evaluator;
let sources: CellSources;
let count = 0;
let tests = 0;

beforeEach(() => {
  tests += 1;
  // Each test's evaluator counts from 1; the language must not take its cells for earlier ones.
  const first = tests * 10_000;
  sources = createCellSources();
  parts = {
    language: {
      check: async (cell, code) => language.check(first + cell, code),
      typesAmong: async (module, names) => language.typesAmong(module, names),
      keep: (cell, names) => language.keep(first + cell, names),
      hurry: () => {},
    },
    cwd,
    refuseTypeErrors: false,
    announce: null,
    modules: createModuleLoader(cwd, {}),
    interruption: createInterruption(createInterruptFlag()),
    sources,
  };
  evaluator = createCellEvaluator(parts);
});

async function run(code: string): Promise<unknown> {
  count += 1;
  const outcome = await evaluator.run(code, `cell-${count}.ts`);
  if (outcome.status === "error") throw outcome.error;
  return outcome.value;
}

async function findingsOf(code: string): Promise<Finding[]> {
  count += 1;
  return (await evaluator.run(code, `cell-${count}.ts`)).findings;
}

describe("values of cells", () => {
  test.each([
    [
      "declarations and destructuring",
      "const { a, b: [c = a], ...r } = { a: 1, b: [] as number[], d: 4 }; [a, c, r]",
      [1, 1, { d: 4 }],
    ],
    ["several in one statement", "let p = 1, q = p + 1; [p, q]", [1, 2]],
    [
      "var in loops and blocks",
      "for (var i = 0, j = 9; i < 3; i++) { var w = i } [i, j, w!]",
      [3, 9, 2],
    ],
    [
      "var patterns in for-of",
      "for (var [k, { z = 5 }] of [[1, {}], [2, { z: 7 }]] as any) {} [k, z]",
      [2, 7],
    ],
    [
      "shadowing",
      "let s = 1; { let s = 2; s++ } ((s: number) => s)(5); [s].map((s) => s + 1)",
      [2],
    ],
    ["hoisted functions", "const h = early(); function early() { return 'up' } h", "up"],
    [
      "a function's own name",
      "const named = () => 1; [named.name, (class {}).name]",
      ["named", ""],
    ],
    [
      "a function called plainly has no this",
      "function who(this: any) { return this } who()",
      undefined,
    ],
    [
      "classes that use themselves",
      "class S { static one = new S(); self = S } S.one.self === S",
      true,
    ],
    ["enums and namespaces", "enum E { A = 2 } namespace N { export const x = E.A } N.x", 2],
    [
      "shorthand and assignment patterns",
      "let x = 1, y = 2; [x, y] = [y, x]; ({ x, y } = { x, y: x + y }); ({ x, y })",
      { x: 2, y: 3 },
    ],
    ["compound assignment", "let n = 1; n += 2; n++; n **= 2; n ??= 0; n", 16],
    [
      "labels",
      "outer: for (const a of [1, 2]) for (;;) continue outer; again: /* c */ for (let i = 0; i < 3; i++) continue again; 'done'",
      "done",
    ],
    [
      "counted loops, cut into stretches, with breaks, continues and each other within",
      "let sum = 0; for (let i = 0; i < 1e4; i++) { if (i === 7) continue; if (i > 9000) break;" +
        " for (let j = 9; j >= 0; j -= 2) { switch (j) { case 5: break } if (j < 3) break; sum += j }" +
        " for (let k = 0; k <= 2; k += 1) sum += i } let steps = 0; for (let i = -5000; i < 5000.5; i++) steps++; [sum, steps]",
      [121_729_479, 10_001],
    ],
    ["generators and spread", "function* g() { yield* [1, 2] } [...g()]", [1, 2]],
    ["await in expressions", "[await 1, await (async () => 2)()]", [1, 2]],
    ["exports", "export const e = 1; export { e as f }; export default e + 1", 2],
    [
      "imports of types and values",
      "import { join, type ParsedPath } from 'node:path'; let pp: ParsedPath; join('a', 'b')",
      "a/b",
    ],
    [
      "default and namespace imports",
      "import fs from 'node:fs'; import * as os from 'node:os'; [typeof fs.readFileSync, typeof os.cpus]",
      ["function", "function"],
    ],
    [
      "tagged templates",
      "const tag = (t: TemplateStringsArray, ...v: any[]) => t.raw.join('|') + v; tag`a${1}b`",
      "a|b1",
    ],
    ["optional calls", "let maybe: (() => 1) | undefined; maybe?.()", undefined],
    ["a last expression in parentheses", "({ a: 1 })", { a: 1 }],
    ["directives", "'use strict'", "use strict"],
    [
      "decorators",
      "const dec = (v: any, _c: any) => v; @dec class D { @dec m() { return 3 } } new D().m()",
      3,
    ],
    [
      "counted loops to a limit that changes, that is a length, that is arithmetic",
      "const list = [1]; for (let i = 0; i < list.length; i++) if (i < 9000) list[i + 1] = i;" +
        " let top = 10, turns = 0; for (let i = 0; i < top; i++) { turns++; if (i === 5) top = 7 }" +
        " let roots = 0; for (let i = 10000; i > 0; i--) roots += Math.sign(i);" +
        " let odd = 0; for (let i = 0n; i < 5n; i++) odd++; for (let i = 0; i < ('4' as any); i++) odd++;" +
        " [list.length, turns, roots, odd]",
      [9001, 7, 10_000, 9],
    ],
    [
      "lines without semicolons",
      "let l1 = 1\nconst up1 = () => l1++\nup1()\nlet l2 = l1\nup1()\ntype T1 = number\nup1()\n;[l1, l2] = [l2, l1]\nup1()",
      2,
    ],
    [
      "calls through types and parentheses have no this either",
      "function self1(this: any) { return this } [(self1 as any)(), self1!(), (self1)(), self1?.()]",
      [undefined, undefined, undefined, undefined],
    ],
    [
      "var wherever a statement may stand",
      "if (true) var b1 = 1, b2 = b1 + 1; else var b3 = 3\nfor (var k1 in { x: 1 }) var b4 = k1\n" +
        "switch (1 as number) { case 1: var b5 = 5 } [b1!, b2!, b3!, b4!, b5!, k1!]",
      [1, 2, undefined, "x", 5, "x"],
    ],
    [
      "imports behind other statements come first, as everywhere",
      "const joined1 = join1('a', 'b'); import { join as join1 } from 'node:path'; joined1",
      "a/b",
    ],
    [
      "parameter properties, abstract classes, overloads and namespaces in namespaces",
      "abstract class A1 { constructor(readonly x: number, private y = x + 1) {} abstract f(): void; sum() { return this.x + this.y } }\n" +
        "function f1(a: string): void\nfunction f1(a: number): void\nfunction f1(a: any) { return new (class extends A1 { f() {} })(a).sum() }\n" +
        "namespace O1.I1 { export var v = 2; export const w = () => v + o1 } var o1 = 1; [f1(1), O1.I1.w()]",
      [3, 3],
    ],
    [
      "exported classes with decorators",
      "const d1 = (v: any, _c: any) => v; @d1 export class E1 {} typeof E1",
      "function",
    ],
    [
      "enums of names that other cells and the cell have",
      "const n1 = 3; enum E2 { A = n1 as any, B = A, C = 1 << 2 } [E2.A, E2.B, E2.C, E2[4]]",
      [3, 3, 4, "C"],
    ],
    [
      "labels with loops that count",
      "let c1 = 0; out1: for (let i = 0; i < 9; i++) { for (let j = 0; j < 9; j++) { c1++; if (j === 2) continue out1; if (i === 3) break out1 } } c1",
      10,
    ],
    ["names beyond the basic plane", "const 𝒳 = '😀'; const { 𝒴 = 𝒳 } = {} as any; 𝒳 + 𝒴", "😀😀"],
    [
      "parameters of the compiled cell are no names of its own",
      "typeof (globalThis as any).__cells",
      "undefined",
    ],
  ])("%s", async (_what, code, value) => {
    expect(await run(code)).toEqual(value);
  });

  test("no value after a declaration, a loop or nothing", async () => {
    for (const code of [
      "const z = 1",
      "for (const a of [1]) a",
      "",
      "// nothing",
      "1;;",
      "1 + 1;",
    ]) {
      expect(await run(code)).toBeUndefined();
    }
  });

  test("names are live across cells and closures", async () => {
    await run("let k = 3; const get = () => k; const later = () => defined; var defined = 'old'");
    await run("k = 9");
    expect(await run("get()")).toBe(9);
    await run("const defined = 'new'");
    expect(await run("later()")).toBe("new");
  });

  test("a name may change its type when it is declared again, not otherwise", async () => {
    await run("let v = 1");
    expect(await findingsOf("v = 'text'")).toMatchObject([{ code: 2322 }]);
    expect(await run("let v = 'text'; v.length")).toBe(4);
    await run("const fixed = 1");
    expect(await findingsOf("typeof fixed; fixed++")).toMatchObject([
      { code: 2632, message: expect.stringContaining("is a constant") },
    ]);
    for (const code of ["fixed = 2", "fixed += 1", "const own = 1; own = 2"]) {
      await expect(run(code)).rejects.toThrow("is a constant");
    }
    expect(await run("const fixed = 3; fixed")).toBe(3);
  });

  test("a failed cell keeps what it assigned, and what it did not keeps its meaning", async () => {
    await run("let first = 1, second = 'kept'");
    await expect(
      run("let first = 'changed'; throw new Error('x'); let second = 2"),
    ).rejects.toThrow("x");
    expect(await run("first.toUpperCase() + second.toUpperCase()")).toBe("CHANGEDKEPT");
  });

  test("statements run as cells as they do in one function", async () => {
    const names = ["a", "b", "c"];
    const name = fc.constantFrom(...names);
    const value = fc.oneof(fc.integer({ min: -9, max: 9 }).map(String), name);
    const expression = fc
      .tuple(value, fc.constantFrom("+", "-", "*"), value)
      .map((parts) => parts.join(" "));
    const statement = fc.oneof(
      fc.tuple(name, expression).map(([n, e]) => `${n} = ${e}`),
      fc.tuple(name, expression).map(([n, e]) => `${n} += ${e}`),
      name.map((n) => `${n}++`),
      fc.tuple(name, name).map(([m, n]) => `[${m}, ${n}] = [${n}, ${m}]`),
      fc
        .tuple(name, name)
        .map(([m, n]) => `({ ${m}, x: ${n} = ${m} } = { ${m}: ${n}, x: undefined })`),
      expression.map((e) => `f = () => ${e}`),
      name.map((n) => `${n} = f()`),
      fc.tuple(name, expression).map(([n, e]) => `for (let i = 0; i < 2; i++) { ${n} = ${e} }`),
      fc
        .tuple(name, name)
        .map(([m, n]) => `{ let ${m} = ${n === m ? "1" : n}; ${m}++; f = () => ${m} }`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 6 }), async (statements) => {
        const head = "let a = 1, b = 2, c = 3, f: any = () => 0";
        const body = [head.replace(": any", ""), ...statements].join(";\n");
        const expected = new Function(`${body}; return [a, b, c]`)() as number[];
        await run(head);
        for (const cell of statements) await run(cell);
        expect(await run("[a, b, c]")).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe("findings", () => {
  // TypeScript's own parser says nothing of the deepest texts, or gives up.
  const unchecked = () =>
    createCellEvaluator({ ...parts, language: { ...parts.language, check: async () => [] } });

  test.each([
    ["const x = ))", { line: 1, column: 11, syntax: true }],
    ["/* open", { line: 1, syntax: true }],
    ["return 1", { line: 1, column: 1, code: 1108 }],
    ["let twice = 1; let twice = 2", { line: 1, column: 5, code: 2451 }],
  ])("%j cannot run", async (code, place) => {
    const error = (await run(code).catch((e: unknown) => e)) as CellInvalid;
    expect(error.data.findings[0]).toMatchObject(place);
  });

  test.each([
    "[".repeat(20_000) + "]".repeat(20_000),
    `let deep = ${"!".repeat(40_000)}0`,
    `let deep = ${"a => ".repeat(40_000)}0`,
    `${"if (1) ".repeat(40_000)}0`,
    `let deep = ${"1 ? 1 : ".repeat(40_000)}0`,
    `let deep = ${Array(40_000).fill("1").join("\n + ")}`,
    `let deep${".a".repeat(40_000)}`,
    `let deep = f${"()".repeat(40_000)}`,
    `let deep: ${"A<".repeat(20_000)}B${">".repeat(20_000)}`,
    `let deep = ${"{ a: ".repeat(20_000)}`,
    `let deep = ${"`${".repeat(20_000)}`,
  ])("what nests too deeply is refused, and the kernel lives", async (code) => {
    const outcome = await unchecked().run(code, "cell-1.ts");
    expect(outcome).toMatchObject({ status: "error", error: { code: "CellInvalid" } });
    expect(String((outcome as { error: Error }).error.message)).toMatch(/nested too deeply/);
  });

  test("what is long without being deep runs", async () => {
    const runner = unchecked();
    const value = async (code: string) =>
      ((await runner.run(code, "cell-1.ts")) as { value: unknown }).value;
    const rows = Array.from({ length: 5000 }, (_, row) => `{ a: ${row}.5, b: -${row}, c: "x(" }`);
    expect(await value(`const rows = [${rows.join(",\n")}]\nrows.length`)).toBe(5000);
    const lines = Array.from({ length: 5000 }, (_, line) => `sum += ${line} * 2\nMath.abs(-1)`);
    expect(await value(`let sum = 0\n${lines.join("\n")}\nsum`)).toBe(24_995_000);
  });

  test.each([
    ["\n\n  typeof nothingThere", { line: 3, column: 10, code: 2304, syntax: false }],
    ["const n: number = 'a' as any as string", { line: 1, column: 7, code: 2322 }],
  ])("%j runs, and what is wrong with it is told", async (code, place) => {
    expect((await findingsOf(code))[0]).toMatchObject(place);
  });

  test("a cell with type errors is refused if that is wanted, and does nothing", async () => {
    const strict = createCellEvaluator({ ...parts, refuseTypeErrors: true });
    const outcome = await strict.run(
      "(globalThis as any).hasRun = true; const n: number = 'a'",
      "cell-8001.ts",
    );
    expect(outcome).toMatchObject({ status: "error", error: { code: "CellInvalid" } });
    expect("hasRun" in globalThis).toBe(false);
  });
});

describe("interrupts", () => {
  test("end the wait, and what runs on ends at its next await", async () => {
    const log: number[] = [];
    (globalThis as { cellLog?: number[] }).cellLog = log;
    const outcome = runIn(createContext(null), () =>
      evaluator.run(
        "const log9 = (globalThis as any).cellLog;\n" +
          "for (;;) { await new Promise((done) => setTimeout(done, 5)); log9.push(1) }",
        "cell-9001.ts",
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 120));
    evaluator.interrupt();
    expect(await outcome).toMatchObject({ status: "error", error: { code: "Interrupted" } });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { length } = log;
    expect(length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(log).toHaveLength(length);
  });
});

test("places of the compiled cell become places of the cell", async () => {
  const error = await run("type Gone = {\n  a: 1\n}\n\nthrow new Error('here')").catch(
    (e: Error) => e,
  );
  expect(sources.translate((error as Error).stack!)).toMatch(/cell-\d+\.ts:5:7/);
});
