import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the set-up remembers between calls: stamps and logs. */
export const stateFolder = join(root, ".setup");

/** The Python environment with Jupyter. */
export const venv = join(root, ".venv");
export const venvPython = join(venv, "bin", "python");
