import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setUp } from "./setup/all.mjs";
import { modernNode } from "./setup/packages.mjs";
import { root, stateFolder, venvPython } from "./setup/folders.mjs";

/**
 * `npm run bench [-- topic …]`: interleaved measurements, printed as ratios against a peer or a
 * baseline of the same run. Topics: training, kernel, step, travel, snapshots, quality, store,
 * archive, scrub, views.
 * Options go to the topic's script: `npm run bench -- kernel --peers FOLDER`.
 */
const topics = {
  training: ["bench/training.py"],
  kernel: ["bench/kernel.py"],
  step: ["bench/step.py"],
  travel: ["bench/travel.mjs"],
  snapshots: ["bench/snapshots.mjs"],
  quality: ["bench/quality.mjs"],
  store: ["bench/store.py"],
  archive: ["bench/archive.mjs"],
  scrub: ["bench/scrub.mjs"],
  views: ["bench/views.mjs"],
};

const given = process.argv.slice(2);
const firstOption = given.findIndex((argument) => argument.startsWith("--"));
const asked = firstOption < 0 ? given : given.slice(0, firstOption);
const options = given.slice(asked.length);
const unknown = asked.filter((topic) => !Object.hasOwn(topics, topic));
if (unknown.length > 0) {
  console.error(
    `There is no bench ${unknown.join(", ")}. The topics are ${Object.keys(topics).join(", ")}.`,
  );
  process.exit(2);
}
await setUp();
const env = {
  ...process.env,
  // What the benches ran is not to stand in the user's history.
  JUPYTER_DATA_DIR: join(stateFolder, "jupyter-data"),
  PATH: `${join(root, ".venv/bin")}:${process.env.PATH}`,
};
for (const topic of asked.length > 0 ? asked : Object.keys(topics)) {
  console.log(`\n${topic}`);
  for (const script of topics[topic]) {
    const program = script.endsWith(".py") ? venvPython : modernNode();
    const { status } = spawnSync(program, [join(root, script), ...options], {
      stdio: "inherit",
      env,
    });
    if (status !== 0) process.exitCode = 1;
  }
}
