import { createRequire } from "node:module";
import { Command } from "commander";
import { doctor } from "./doctor.js";
import { exportStore, importStore } from "./exchange.js";
import { install } from "./install.js";
import { lab } from "./lab.js";
import { reportNotebook } from "./report.js";
import { runNotebook } from "./run.js";
import { verifyStore } from "./verify.js";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const program = new Command("forkpoint")
  .description("Rewind, fork, compare and merge neural-network training in TypeScript notebooks.")
  .version(version)
  .showHelpAfterError("(forkpoint --help lists the commands)");

program
  .command("lab")
  .description("open JupyterLab with the Forkpoint kernel and views")
  .argument("[notebook]", "the notebook to open")
  .option("--port <number>", "the port to serve on (default: the first free one from 8888)")
  .option("--no-browser", "only serve; the address is printed")
  .action(lab);

program
  .command("run")
  .description("execute a notebook without a browser and wait for the training behind its cells")
  .argument("<notebook>", "the notebook to execute")
  .option("-o, --output <file>", "where to write the executed notebook (default: in place)")
  .option("--no-wait", "stop training at a step boundary, with a checkpoint, after the last cell")
  .option("--timeout <seconds>", "the longest that one cell may take (default: no limit)")
  .action(runNotebook);

program
  .command("report")
  .description("write a notebook with its saved views as one HTML file that works offline")
  .argument("<notebook>", "a notebook that was run, e.g. by forkpoint run")
  .option("-o, --output <file>", "where to write (default: beside the notebook, as .html)")
  .option("--budget <size>", "the most that the views' data may take", "5MB")
  .option("--still", "views as pictures and text, for a notebook without saved widget state")
  .action(reportNotebook);

program
  .command("export")
  .description("write the store, or a session with all it needs, as one file to send")
  .option("--session <name>", "only this session and what it descends from")
  .option("--model <name>", "a model as a folder of safetensors and JSON, as PyTorch names them")
  .option("--artifacts <dir>", "all sessions in the artifacts layout")
  .option("-o, --output <path>", "where to write (default: named after what is written)")
  .option("--store <folder>", "the .forkpoint folder (default: found from here upwards)")
  .action(exportStore);

program
  .command("import")
  .description("take in what export wrote, after checking all of it")
  .argument("[file]", "a file that export wrote")
  .option("--model <path>", "a model's folder, or a bare safetensors file with --like")
  .option("--artifacts <dir>", "a folder in the artifacts layout")
  .option("--name <name>", "what to call the model and its session")
  .option("--like <session>", "whose settings, corpus and tokenizer a bare safetensors file takes")
  .option("--store <folder>", "the .forkpoint folder (default: found from here upwards, or made)")
  .action(importStore);

program
  .command("install")
  .description("install the native backend, the kernel and the JupyterLab extension")
  .option("--no-native", "leave the native backend out; training then runs on WebAssembly")
  .action(install);

program
  .command("doctor")
  .description("say what is installed and which backend runs")
  .option("--json", "as JSON")
  .action(doctor);

program
  .command("verify")
  .description("check a store: what is damaged, what follows from it, and how to mend it")
  .argument("[folder]", "the .forkpoint folder or the one that holds it (default: found upwards)")
  .option("--repair", "mend what can be mended safely; a lost catalog is rebuilt from the packs")
  .option("--json", "as JSON")
  .addHelpText(
    "after",
    "\nExit status: 0 all is well (again), 1 there are faults, 2 it could not be checked.",
  )
  .action(verifyStore);

try {
  await program.parseAsync();
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  process.stderr.write(`${message}\n`);
  process.exitCode = code === "NotebookFailed" ? 1 : 2;
}
