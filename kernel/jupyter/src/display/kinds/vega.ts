import { chartPicture } from "../chart/chart-picture.js";
import type { Grammar } from "../chart/drawing.js";
import { counted } from "../figures.js";
import { hasMethods, type Duck, type Kind } from "./kind.js";

const SCHEMA = /^https?:\/\/vega\.github\.io\/schema\/(vega|vega-lite)\/v(\d+)[\w.-]*\.json/;

/** The versions that JupyterLab renders. */
const RENDERED = { vega: [5, 5], "vega-lite": [3, 5] } as const;

/** Grammars that read every specification of the version before them, and it theirs. */
const SAME_GRAMMAR: Readonly<Record<number, number>> = { 6: 5 };

/** Vega and Vega-Lite specifications, and objects that make one; with a picture for pages without Vega. */
export const vega: Kind = {
  name: "a chart",
  bundle(value) {
    const spec = specOf(value);
    if (!spec) return null;
    const [, grammar, number] = SCHEMA.exec(String(spec["$schema"])) ?? [null, "vega-lite", "5"];
    const own = Number(number);
    const version = SAME_GRAMMAR[own] ?? own;
    const [oldest, newest] = RENDERED[grammar as keyof typeof RENDERED];
    const text = describe(grammar as Grammar, spec);
    if (version < oldest || version > newest) {
      const range = oldest === newest ? `version ${oldest}` : `versions ${oldest} to ${newest}`;
      return { "text/plain": `${text}\n(version ${own}: JupyterLab renders ${range})` };
    }
    const type = grammar === "vega" ? "vega" : "vegalite";
    const schema = `https://vega.github.io/schema/${grammar}/v${version}.json`;
    const sent = { ...spec, $schema: schema };
    const picture = chartPicture(grammar as Grammar, JSON.stringify(sent));
    return {
      [`application/vnd.${type}.v${version}+json`]: sent,
      ...("svg" in picture && { "image/svg+xml": picture.svg }),
      "text/plain": "svg" in picture ? text : `${text}\n(no picture: ${picture.reason})`,
    };
  },
};

// Through JSON: what a chart library left in it that cannot travel must be found here.
function specOf(value: object): Duck | null {
  const made = hasMethods(value, "toSpec") ? value.toSpec() : (value as Duck);
  if (typeof made !== "object" || made === null) return null;
  if (made === value && !SCHEMA.test(String((value as Duck)["$schema"]))) return null;
  return JSON.parse(JSON.stringify(made)) as Duck;
}

function describe(grammar: Grammar, spec: Duck): string {
  const title = typeof spec["title"] === "string" ? ` ${JSON.stringify(spec["title"])}` : "";
  const mark = spec["mark"];
  const kind = typeof mark === "object" && mark !== null ? (mark as Duck)["type"] : mark;
  const channels = Object.entries((spec["encoding"] ?? {}) as Record<string, Duck | null>)
    .filter(([, channel]) => typeof channel?.["field"] === "string")
    .map(([name, channel]) => `${name} ${String(channel!["field"])}`);
  const values = (spec["data"] as Duck | undefined)?.["values"];
  const parts = [
    ...(typeof kind === "string" ? [kind] : []),
    ...channels,
    ...(Array.isArray(values) ? [counted(values.length, "row")] : []),
  ];
  const name = grammar === "vega" ? "Vega" : "Vega-Lite";
  return `${name} chart${title}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}
