import { tmpdir } from "node:os";
import { beforeAll, expect, test } from "vitest";
import { createLanguage, type Language } from "./language.js";

let language: Language;
let cell = 0;

beforeAll(() => {
  language = createLanguage({ cwd: tmpdir(), packages: {}, globals: [] });
}, 30_000);

function run(code: string, ...names: string[]): string[] {
  cell += 1;
  const findings = language.check(cell, code);
  language.keep(cell, names);
  return findings.map(({ message }) => message);
}

function signature(code: string, name: string): unknown {
  const reply = language.complete({ code, cursor_pos: [...code].length });
  const entries = reply.metadata._jupyter_types_experimental;
  return entries.find(({ text }) => text === name)?.signature;
}

test("a name declared anew leaves what was made of the old one as it is", () => {
  run("const size = 3", "size");
  run("const twice = size * 2; const sizeOf = () => size", "twice", "sizeOf");
  run("const size = 'large'", "size");
  expect(run("twice.toFixed(); sizeOf().toFixed(); size.toUpperCase()")).toEqual([]);
  expect(run("size.toFixed()")[0]).toMatch(/'toFixed' does not exist on type '"large"'/);
});

test("a cell run again and again takes no more room, and what it leans on stays known", () => {
  run("interface Shape { sides: number }");
  run("let square: Shape = { sides: 4 }", "square");
  for (let turn = 0; turn < 150; turn++) run(`const turn = square.sides + ${turn}`, "turn");
  expect(run("square = { sides: turn }; square.sides = 'x'")).toEqual([
    "Type 'string' is not assignable to type 'number'.",
  ]);
});

test("more cells than there are places at first all know each other", () => {
  for (let at = 0; at < 150; at++)
    run(`const n${at} = ${at === 0 ? "1" : `n${at - 1} + 1`}`, `n${at}`);
  expect(run("const text: string = n149")).toEqual([
    "Type 'number' is not assignable to type 'string'.",
  ]);
});

test("a cell's types and globals reach later cells, its failed values do not", () => {
  run("type Pair = [number, number]; const pair: Pair = [1, 2]");
  run("declare global { var shared: Pair }; export {}");
  expect(run("const p: Pair = shared; p[0].toFixed()")).toEqual([]);
  expect(run("pair[0]")[0]).toMatch(/Cannot find name 'pair'/);
});

test.each([
  ["Math.flo", "floor", "Math.floor(x: number): number"],
  ["[1].fin", "findLast", /^Array\.findLast<.*\(\+1 overloads\)$/],
  ["const point = { high: 1 }; point.hi", "high", "high: number"],
  [
    "class Tower { high = 1; grow(by: number) {} }; new Tower().gr",
    "grow",
    "Tower.grow(by: number): void",
  ],
  ["class Tower {}; Tow", "Tower", "class Tower"],
  ["enum Mood { Good }; Moo", "Mood", "enum Mood"],
  ["interface Lamp { on: boolean }; let a: Lam", "Lamp", "interface Lamp"],
  ["const lengths = [1]; lengt", "lengths", "const lengths: number[]"],
  ["function grow(by = 1) { return by }; gro", "grow", "grow(by?: number): number"],
])("in %j, %s is shown as %s", (code, name, shown) => {
  expect(signature(code, name)).toEqual(
    typeof shown === "string" ? shown : expect.stringMatching(shown),
  );
});

test("names of earlier cells are shown as they were declared", () => {
  run("let counted = 1; const fixed = 'x'", "counted", "fixed");
  expect(signature("count", "counted")).toBe("let counted: number");
  expect(signature("fixe", "fixed")).toBe('const fixed: "x"');
});
