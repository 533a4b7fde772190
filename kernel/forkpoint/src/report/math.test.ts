import { expect, test } from "vitest";
import { withFormulas } from "./math.js";

const set = (tex: string, block = ""): string => {
  const text = tex.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const cells = `<p><span class="report-math${block}">${text}</span></p>`;
  return withFormulas({ cells, style: "", light: "", dark: "" }).cells;
};

test("a formula becomes MathML, in its line or on its own", () => {
  expect(set("x_1 < 2")).toMatch(/^<p><math><mrow>.*<mo>&lt;<\/mo>.*<\/math><\/p>$/);
  expect(set("\\frac{1}{2}", " report-math-block")).toMatch(/<math display="block".*<mfrac>/);
});

test("cells without formulas bring no style sheet for them", () => {
  const rendered = { cells: "<p>$5</p>", style: "a{}", light: "", dark: "" };
  expect(withFormulas(rendered)).toEqual(rendered);
  const { style } = withFormulas({ ...rendered, cells: '<span class="report-math">x</span>' });
  expect(style).toContain("math");
  expect(style).not.toMatch(/font-face|url\('/);
});

test.each([
  ["\\frac{1}{", /Expected|end of input/],
  ["\\unknown{x}", /Unsupported function name/],
  ["\\href{javascript:run()}{x}", /Unsupported|trusted/],
  ["\\includegraphics{https://example.invalid/a.png}", /trusted/],
  ["\\class{a}{x}", /trusted/],
  ["\\def\\a{\\a\\a}\\a", /Too many expansions/],
  ["x".repeat(10_001), /more than 10000 characters/],
])("%s stays as it is written, and says why", (tex, reason) => {
  const [, title, source] = /<code class="[^"]+" title="([^"]*)">(.*)<\/code>/s.exec(set(tex))!;
  expect(title).toMatch(reason);
  expect(source).toBe(tex);
});

test.each([
  "</math><script>run()</script>",
  "\\text{<img src=x onerror=run()>}",
  '\\text{" onload="run()}',
])("%s is text", (tex) => {
  const [, ...elements] = [...set(tex).matchAll(/<([a-z]+)([^>]*)>/g)];
  expect(elements.map(([, name]) => name).filter((name) => !/^m/.test(name!))).toEqual([]);
  expect(elements.map(([, , attributes]) => attributes).join()).not.toMatch(/\bon\w+=/);
});
