// The language thread: it compiles cells for main, and answers the I/O thread's questions.
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import type { LanguageAnswer, LanguageQuestion } from "../../sockets/link.js";
import type { CompleteRequest } from "../../wire/complete.js";
import type { InspectRequest } from "../../wire/inspect.js";
import type { IsCompleteRequest } from "../../wire/is-complete.js";
import { createCompiler, type CompilerOptions, type Compilation } from "./compiler.js";

/** What the language thread is started with. */
export interface LanguageStart extends CompilerOptions {
  questions: MessagePort;
}

/** What main asks of it. */
export type ToLanguage =
  | { kind: "compile"; id: number; code: string }
  | { kind: "keep"; cell: number; names: readonly string[] };

/** What it answers to "compile". */
export type FromLanguage = { id: number } & (
  { compilation: Compilation } | { failure: { message: string; stack: string } }
);

const { questions, ...options } = workerData as LanguageStart;
const main = parentPort!;
const compiler = createCompiler(options);

main.on("message", (message: ToLanguage) => {
  if (message.kind === "keep") compiler.keep(message.cell, message.names);
  else {
    const { id } = message;
    try {
      main.postMessage({ id, compilation: compiler.compile(message.code) } satisfies FromLanguage);
    } catch (error) {
      const { message: text, stack = "" } = error as Error;
      main.postMessage({ id, failure: { message: text, stack } } satisfies FromLanguage);
    }
  }
});

questions.on("message", ({ id, msgType, content }: LanguageQuestion) => {
  questions.postMessage({ id, content: answer(msgType, content) } satisfies LanguageAnswer);
});

const cold = Object.keys(options.packages);

// One at a time, with room for messages between: a cell that comes early waits for one at most.
function warmNext(): void {
  const name = cold.shift();
  if (name === undefined) return;
  compiler.warm(name);
  setTimeout(warmNext);
}

compiler.compile("const warm = [1].map((n) => n + 1); console.log(await warm)");
setTimeout(warmNext);

function answer(msgType: string, content: Record<string, unknown>): Record<string, unknown> {
  try {
    switch (msgType) {
      case "complete_request":
        return { ...compiler.complete(content as unknown as CompleteRequest) };
      case "inspect_request":
        return { ...compiler.inspect(content as unknown as InspectRequest) };
      default:
        return { ...compiler.isComplete(content as unknown as IsCompleteRequest) };
    }
  } catch (error) {
    const { name, message, stack = "" } = error as Error;
    return { status: "error", ename: name, evalue: message, traceback: stack.split("\n") };
  }
}
