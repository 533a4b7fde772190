import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ReportError } from "./report-error.js";

/** What every report holds: the views and their widget manager as one script, and their style sheet. */
export interface PageParts {
  script: string;
  style: string;
}

/**
 * Reads what set-up has bundled for reports.
 *
 * @throws ReportError "ReportNotBuilt"
 * @example const { script } = pageParts();
 */
export function pageParts(): PageParts {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve("@forkpoint/report/package.json")), "out");
  const [script, style] = [join(folder, "report.js"), join(folder, "report.css")];
  if (!existsSync(script) || !existsSync(style)) {
    throw new ReportError(
      "ReportNotBuilt",
      `The script of reports has not been built. Run "npm run setup" in Forkpoint's folder.`,
      { folder },
    );
  }
  return { script: readFileSync(script, "utf8"), style: readFileSync(style, "utf8") };
}
