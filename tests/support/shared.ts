import { inject } from "vitest";

/**
 * The address of the run's JupyterLab, with its token, or the folder of its report; made by the
 * first who asks.
 */
export async function shared(what: "lab" | "report"): Promise<string> {
  const response = await fetch(`${inject("shared")}/${what}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
