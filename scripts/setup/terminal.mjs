import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "./folders.mjs";

/** A step of the set-up that failed: what was tried, its last words, and what to do. */
export class SetupFailed extends Error {
  constructor(step, advice, log) {
    super(`${step} failed. ${advice}\nThe whole output is in ${log}.`);
    this.name = "SetupFailed";
  }
}

/** Prints one line of a step, with the seconds since it began. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a command with its output in a log file, and shows that it is alive: a line when it starts,
 * every ten seconds, and when it ends.
 */
export async function run(step, command, parameters, { advice, cwd, env } = {}) {
  mkdirSync(stateFolder, { recursive: true });
  const log = join(stateFolder, `${step.replaceAll(/\W+/g, "-")}.log`);
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say(`  ${step} …`);
  const alive = setInterval(() => say(`  ${step} … ${seconds()} s`), 10_000);
  const code = await new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    child.stdout.on("data", (data) => output.push(data));
    child.stderr.on("data", (data) => output.push(data));
    child.on("error", (error) => {
      output.push(Buffer.from(error.message));
      finish(127);
    });
    child.on("close", finish);
    function finish(status) {
      writeFileSync(log, Buffer.concat(output));
      resolve(status ?? 1);
    }
  });
  clearInterval(alive);
  if (code !== 0) {
    const tail = readFileSync(log, "utf8").trim().split("\n").slice(-15).join("\n");
    say(tail);
    throw new SetupFailed(step, advice ?? "Read the lines above.", log);
  }
  say(`  ${step}: done in ${seconds()} s`);
}
