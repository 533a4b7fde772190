import { inspect } from "node:util";
import { CellInvalid } from "../errors.js";
import type { CellSources } from "../evaluate/cell-sources.js";
import { clean } from "../evaluate/stack-traces.js";
import type { ErrorContent } from "../wire/error.js";
import { excerpt, GREY, PLAIN, RED } from "./excerpt.js";
import { findingLines } from "./finding-lines.js";

/** Causes below this many are left out: a chain may be a circle. */
const CAUSES = 5;

/**
 * Describes what was thrown as an `error` output: what, where in the cell, and the stack.
 *
 * @example errorContent(new TypeError("no"), sources).ename // "TypeError"
 */
export function errorContent(error: unknown, sources: CellSources): ErrorContent {
  if (error instanceof CellInvalid) return invalidContent(error, sources);
  const ename = error instanceof Error ? String(error.name) : "Uncaught";
  const evalue = error instanceof Error ? clean(String(error.message)) : inspect(error);
  const traceback = [`${RED}${ename}${PLAIN}: ${evalue}`];
  if (error instanceof Error) {
    traceback.push(...framesOf(error));
    traceback.push(...excerptOf(error, sources));
    traceback.push(...causesOf(error));
  }
  return { ename, evalue, traceback };
}

function invalidContent(error: CellInvalid, sources: CellSources): ErrorContent {
  const { cell, findings } = error.data;
  const traceback = findingLines(error.name, cell, findings, sources);
  return { ename: error.name, evalue: error.message, traceback };
}

function framesOf(error: Error): string[] {
  const stack = String(error.stack);
  // Behind the message, which may have lines that look like frames.
  const message = clean(String(error.message));
  const after = stack.slice(Math.max(0, stack.indexOf(message)) + message.length).split("\n");
  const frames = after.filter((line) => /^ {4}at /.test(line));
  return frames.map((line) => `${GREY}${line}${PLAIN}`);
}

function excerptOf(error: Error, sources: CellSources): string[] {
  const match = /\b(cell-[\w-]+\.ts):(\d+):(\d+)/.exec(framesOf(error).join("\n"));
  if (!match) return [];
  const [, cell, line, column] = match;
  const place = { line: Number(line), column: Number(column), length: 1 };
  return excerpt(sources.textOf(cell!), place);
}

function causesOf(error: Error): string[] {
  const lines: string[] = [];
  let cause = error.cause;
  for (let count = 0; cause !== undefined && count < CAUSES; count++) {
    lines.push(
      `Caused by: ${cause instanceof Error ? clean(String(cause.stack)) : inspect(cause)}`,
    );
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (error instanceof AggregateError) {
    for (const part of error.errors.slice(0, CAUSES)) {
      lines.push(`With: ${part instanceof Error ? clean(String(part.stack)) : inspect(part)}`);
    }
  }
  return lines.flatMap((line) => line.split("\n"));
}
