import { fileURLToPath } from "node:url";

// What lies between the model and the binding: tfjs, what of Forkpoint calls the model, Node itself.
const inner = [
  /node_modules[\\/]@tensorflow/,
  /training[\\/](src|dist)[\\/](engine|session|optimizers)[\\/](?!.*\.test\.)/,
  /^node:/,
];

/**
 * The line of the model that is being run, as "forward.ts:83", from the stack of this call; "" when
 * the stack does not reach it.
 */
export function modelLine(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 60;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const frame of stack.split("\n").slice(1)) {
    // A cell has no folder, and an async one no parentheses.
    const cell = /\b(cell-[\w-]+\.ts:\d+):\d+\)?$/.exec(frame);
    if (cell) return cell[1]!;
    const place = /\(?((?:file:\/\/|node:|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(frame);
    if (!place) continue;
    const [, path = "", line = ""] = place;
    if (inner.some((pattern) => pattern.test(path))) continue;
    const file = path.startsWith("file://") ? fileURLToPath(path) : path;
    return `${file.split(/[\\/]/).at(-1)}:${line}`;
  }
  return "";
}
