// Runs the example notebooks and keeps their outputs as text and pictures, so that a forge shows them:
//   node scripts/draw-notebooks.mjs [part of a name]
// Widgets are left out: they need a kernel. Refuses an output that names a folder of this machine.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "kernel/forkpoint/bin/forkpoint.mjs");
const wanted = process.argv[2] ?? "";
const WIDGET = "application/vnd.jupyter.widget-view+json";

for (const name of readdirSync(join(root, "notebooks"))) {
  if (!name.endsWith(".ipynb") || !name.includes(wanted)) continue;
  const folder = mkdtempSync(join(tmpdir(), "forkpoint-draw-"));
  const path = join(root, "notebooks", name);
  copyFileSync(path, join(folder, name));
  const { status } = spawnSync(process.execPath, [command, "run", join(folder, name)], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`${name} did not run to its end.`);
  const notebook = JSON.parse(readFileSync(join(folder, name), "utf8"));
  rmSync(folder, { recursive: true, force: true });
  delete notebook.metadata.widgets;
  for (const cell of notebook.cells) {
    cell.metadata = {};
    if (cell.cell_type !== "code") continue;
    cell.execution_count = null;
    for (const output of cell.outputs) {
      if ("execution_count" in output) output.execution_count = null;
      delete output.data?.[WIDGET];
      output.metadata &&= {};
      delete output.transient;
    }
    cell.outputs = cell.outputs.filter(({ data }) => !data || Object.keys(data).length > 0);
  }
  const text = `${JSON.stringify(notebook, null, 1)}\n`;
  for (const own of [root, folder, homedir(), hostname(), tmpdir()]) {
    // The root folder alone names nothing.
    if (own.length > 3 && text.includes(own))
      throw new Error(`${name} shows "${own}" in an output.`);
  }
  writeFileSync(path, text);
  console.log(`${name}: ${Math.round(text.length / 1024)} kB`);
}
