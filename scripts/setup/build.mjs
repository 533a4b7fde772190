import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, venv } from "./folders.mjs";
import { modernNode } from "./packages.mjs";
import { once } from "./stamp.mjs";
import { run } from "./terminal.mjs";

const sources = [
  "checkpoints/src",
  "kernel/training/src",
  "kernel/jupyter/src",
  "kernel/forkpoint/src",
];
const pageSources = [
  "widgets/wire/src",
  "widgets/views",
  "widgets/report/src",
  "widgets/report/build.mjs",
  "labextension/src",
  "labextension/package.json",
];
const shared = ["tsconfig.base.json", "tsconfig.json", "package-lock.json"];

/** Compiles every package. */
export async function compile() {
  const results = ["checkpoints", "kernel/forkpoint", "widgets/views"].map((folder) =>
    join(root, folder, "dist", "index.js"),
  );
  await once("compile", { inputs: [...sources, ...pageSources, ...shared], results }, () =>
    run("TypeScript", modernNode(), [join(root, "node_modules/typescript/bin/tsc"), "-b"], {
      cwd: root,
    }),
  );
}

/** Bundles the JupyterLab extension; needs the compiled views and JupyterLab's own list of shared packages. */
export async function bundleExtension() {
  const folder = join(root, "labextension");
  const results = [join(folder, "out", "package.json")];
  await once("extension", { inputs: [...pageSources, ...shared], results }, () =>
    run(
      "JupyterLab extension",
      modernNode(),
      [
        join(root, "node_modules/@jupyterlab/builder/lib/build-labextension.js"),
        "--core-path",
        stagingFolder(),
        ".",
      ],
      { cwd: folder, env: { PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` } },
    ),
  );
}

/** Bundles the script that every report holds; needs the compiled views. */
export async function bundleReport() {
  const folder = join(root, "widgets", "report");
  const results = [join(folder, "out", "report.js"), join(folder, "out", "report.css")];
  await once("report", { inputs: [...pageSources, ...shared], results }, () =>
    run("script of reports", modernNode(), [join(folder, "build.mjs")], { cwd: folder }),
  );
}

function stagingFolder() {
  const lib = join(venv, "lib");
  const python = readdirSync(lib).find((name) => name.startsWith("python3"));
  return join(lib, python, "site-packages", "jupyterlab", "staging");
}
