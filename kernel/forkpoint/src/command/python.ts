import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./command-error.js";

/** A Python that has Jupyter. */
export interface JupyterPython {
  /** The interpreter's path. */
  python: string;
  /** Where its kernels and extensions live: `<prefix>/share/jupyter`. */
  prefix: string;
  versions: Record<string, string>;
}

const question = `
import importlib.metadata as m, json, sys
found = {}
for name in ("jupyterlab", "jupyter_client", "ipywidgets", "nbclient", "nbconvert"):
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps({"python": sys.executable, "prefix": sys.prefix, "versions": {"python": sys.version.split()[0], **found}}))
`;

/**
 * The Python that Forkpoint uses: `FORKPOINT_PYTHON`, else the `.venv` beside Forkpoint's folder,
 * else `python3` where it has Jupyter.
 *
 * @throws CommandError "JupyterMissing".
 */
export function findPython(): JupyterPython {
  const tried: string[] = [];
  for (const python of candidates()) {
    tried.push(python);
    const { status, stdout } = spawnSync(python, ["-c", question], { encoding: "utf8" });
    if (status !== 0) continue;
    const found = JSON.parse(stdout) as JupyterPython;
    if (found.versions["jupyter_client"]) return found;
  }
  throw new CommandError(
    "JupyterMissing",
    `No Python with Jupyter was found (tried ${tried.join(", ")}). Run "npm run setup" in Forkpoint's folder, or name one in FORKPOINT_PYTHON.`,
    { tried },
  );
}

/** The environment in which this Python's own commands come first. */
export function pythonEnvironment({ python }: JupyterPython): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${dirname(python)}:${process.env["PATH"] ?? ""}`,
    PYTHONUNBUFFERED: "1",
  };
}

function* candidates(): Generator<string> {
  const named = process.env["FORKPOINT_PYTHON"];
  if (named) return yield named;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (dirname(folder) !== folder) {
    const python = join(folder, ".venv", "bin", "python");
    if (existsSync(python)) yield python;
    folder = dirname(folder);
  }
  yield "python3";
}
