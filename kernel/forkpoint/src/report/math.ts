import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import temml from "temml";
import type { RenderedCells } from "./cells.js";

/** Longest formula that is set, in characters: nobody reads a longer one. */
const LONGEST = 10_000;
/** Expansions of macros after which one that calls itself is given up, and the largest sizes in em. */
const [EXPANSIONS, SIZES]: [number, [number, number]] = [1000, [20, 200]];

/** What render_cells.py leaves where a formula is: escaped TeX, nothing else. */
const FORMULA = /<span class="report-math( report-math-block)?">([^<]*)<\/span>/g;

/**
 * Cells with their formulas as MathML, which browsers show without a script. What is no TeX, or would do more
 * than set a formula, stays as it was written, with the reason as its title.
 *
 * @example withFormulas({ ...rendered, cells: '<span class="report-math">x^2</span>' }).cells
 */
export function withFormulas(rendered: RenderedCells): RenderedCells {
  let count = 0;
  const cells = rendered.cells.replace(FORMULA, (_, block: string | undefined, text: string) => {
    count += 1;
    return formula(text, block !== undefined);
  });
  return count === 0 ? rendered : { ...rendered, cells, style: `${rendered.style}\n${style()}` };
}

function formula(text: string, displayMode: boolean): string {
  const tex = unescaped(text);
  try {
    if (tex.length > LONGEST) throw new Error(`a formula of more than ${LONGEST} characters`);
    // Untrusted: no links, pictures, classes, ids or styles out of a formula.
    const limits = { maxExpand: EXPANSIONS, maxSize: SIZES, trust: false };
    return temml.renderToString(tex, { displayMode, throwOnError: true, ...limits });
  } catch (error) {
    const reason = escaped((error as Error).message.split("\n")[0]!);
    return `<code class="report-math-source" title="${reason}">${text}</code>`;
  }
}

// Its font would be loaded from a file.
function style(): string {
  const path = createRequire(import.meta.url).resolve("temml/dist/Temml-Local.css");
  return readFileSync(path, "utf8").replace(/@font-face\s*\{[^}]*\}/g, "");
}

const signs: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#x27": "'", amp: "&" };

const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|quot|#x27|amp);/g, (_, name: string) => signs[name]!);

const escaped = (text: string): string =>
  text.replace(/[<>"&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
