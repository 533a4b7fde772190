import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, venv, venvPython } from "./folders.mjs";
import { once } from "./stamp.mjs";
import { SetupFailed, run } from "./terminal.mjs";

const pip = (...parameters) => [
  "-m",
  "pip",
  "--disable-pip-version-check",
  "install",
  "--quiet",
  ...parameters,
];
const advice = "Check that pip reaches PyPI and call this again.";

/** A Python environment of its own with JupyterLab. */
export async function installJupyter() {
  const lab = join(venv, "bin", "jupyter-lab");
  await once(
    "jupyter",
    { inputs: ["requirements/lab.txt"], results: [venvPython, lab, join(venv, "package.json")] },
    async () => {
      if (spawnSync("python3", ["-c", "import venv, ensurepip"]).status !== 0) {
        throw new SetupFailed(
          "JupyterLab",
          "Install Python 3 with venv (Debian: apt-get install python3-venv).",
          "nothing",
        );
      }
      await run("Python environment", "python3", ["-m", "venv", venv]);
      await run("JupyterLab", venvPython, pip("-r", join(root, "requirements", "lab.txt")), {
        advice,
      });
      settle();
    },
  );
}

function settle() {
  // JupyterLab's own scripts are CommonJS; without this they would inherit our "type": "module".
  writeFileSync(join(venv, "package.json"), '{ "type": "commonjs" }\n');
  const settings = join(venv, "share", "jupyter", "lab", "settings");
  mkdirSync(settings, { recursive: true });
  const quiet = { fetchNews: "false", checkForUpdates: false };
  const overrides = { "@jupyterlab/apputils-extension:notification": quiet };
  writeFileSync(join(settings, "overrides.json"), `${JSON.stringify(overrides, null, 2)}\n`);
}

/** What the tests read Forkpoint's files with. */
export async function installTestPackages() {
  await once("test-packages", { inputs: ["requirements/test.txt"], results: [venvPython] }, () =>
    run(
      "Python packages for the tests",
      venvPython,
      pip("-r", join(root, "requirements", "test.txt")),
      { advice },
    ),
  );
}
