import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "../support/child.js";
import { LAST } from "./straight-run.js";

/** How a process that trains is ended. */
export interface Kill {
  folder: string;
  session: string;
  /** Killed once this step has been made, */
  step: number;
  /** and so many milliseconds have passed. */
  delay?: number;
  /** What makes the session, if it is not there. */
  options?: object;
}

/** Trains a session in a process of its own that is killed with -9 on the way. */
export async function trainUntilKilled(kill: Kill): Promise<void> {
  const { folder, session, step, delay = 0, options } = kill;
  const script = join(root, "tests/exactness/train-until-killed.mjs");
  const made = options ? [JSON.stringify(options)] : [];
  const child = spawn(process.execPath, [script, folder, session, String(LAST), ...made]);
  let said = "";
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (text: Buffer) => {
        said += text.toString();
        if (said.split("\n").some((line) => Number(line) >= step)) resolve();
      });
      child.on("close", (code) => reject(new Error(`ended with ${code}: ${complaints}`)));
    });
    await wait(delay);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}
