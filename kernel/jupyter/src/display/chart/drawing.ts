import { compile } from "vega-lite";
import { parse, View, type Loader, type Spec } from "vega";
import { expressionInterpreter } from "vega-interpreter";

/** The two languages that charts are written in. */
export type Grammar = "vega" | "vega-lite";

/** A larger picture would bloat the notebook more than it helps whoever reads it; in characters. */
const LARGEST = 2 << 20;

/**
 * Draws a chart as SVG. Nothing is fetched, and expressions are interpreted rather than made code of:
 * a specification may come from anywhere.
 *
 * @throws {Error} when it is no chart, needs something from elsewhere, or becomes too large
 * @example await drawChart("vega-lite", { mark: "point", data: { values: [{}] } }) // "<svg …"
 */
export async function drawChart(grammar: Grammar, spec: object): Promise<string> {
  const failures: Error[] = [];
  const fail = (error: Error): never => {
    failures.push(error);
    throw error;
  };
  const logger = quietLogger((reason) => {
    failures.push(reason instanceof Error ? reason : new Error(String(reason)));
  });
  const full =
    grammar === "vega" ? spec : compile(spec as Parameters<typeof compile>[0], { logger }).spec;
  const view = new View(parse(full as Spec, undefined, { ast: true }), {
    renderer: "none",
    loader: closedLoader(fail),
    logger,
    expr: expressionInterpreter,
  });
  try {
    const svg = await view.toSVG();
    // Vega goes on without what it could not load or work out: that picture would mislead.
    if (failures.length > 0) throw failures[0]!;
    if (svg.length > LARGEST) {
      throw new Error(`it would be ${(svg.length / 2 ** 20).toFixed(1)} MiB of SVG`);
    }
    return svg;
  } finally {
    view.finalize();
  }
}

function closedLoader(fail: (error: Error) => never): Loader {
  const refuse = (uri: string): Promise<never> =>
    Promise.resolve().then(() => fail(new Error(`it needs ${uri}, and nothing is fetched for it`)));
  return {
    load: refuse,
    http: refuse,
    file: refuse,
    // Links are not followed when a chart is drawn, only written into it.
    async sanitize(uri, options) {
      const fine = options.context === "href" ? /^(https?|mailto):/i : /^data:image\//i;
      return fine.test(uri) ? { href: uri } : refuse(uri);
    },
  };
}

function quietLogger(onError: (reason: unknown) => void) {
  const logger = {
    level: (() => logger) as never,
    error: (...reasons: readonly unknown[]) => (onError(reasons[0]), logger),
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}
