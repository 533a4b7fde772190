import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/**
 * What axe finds serious or critical in a part of a page, a line each; `except` is what others have made.
 *
 * @example expect(await seriousFindings(page, ".fp-view")).toEqual([]);
 */
export async function seriousFindings(
  page: Page,
  selector: string,
  except: string[] = [],
): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy would not let it run.
  await page.evaluate(source);
  const context = { include: [selector], exclude: except.map((part) => [part]) };
  const findings = await page.evaluate(async (parts) => {
    const { axe } = window as unknown as {
      axe: { run(context: object, options: object): Promise<{ violations: Finding[] }> };
    };
    return (await axe.run(parts, { resultTypes: ["violations"] })).violations;
  }, context);
  return findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => {
        const reason = failureSummary.split("\n").at(1)?.trim() ?? "";
        return `${id}: ${help}; ${html.slice(0, 160)}; ${reason}`;
      }),
    );
}
