import { Worker, type MessagePort } from "node:worker_threads";
import type { Compilation, CompilerOptions } from "./compiler.js";
import type { FromLanguage, LanguageStart, ToLanguage } from "./worker.js";

/** The compiler as main sees it: the same, but in a thread of its own. */
export interface AsyncCompiler {
  compile(code: string): Promise<Compilation>;
  keep(cell: number, names: readonly string[]): void;
}

/**
 * Starts the language thread and lets it warm up, so that the first cell does not wait.
 *
 * @param questions the I/O thread's line for completion and inspection
 * @param onFailure told when the thread ends, which it never should
 * @example const compiler = startLanguageThread({ cwd, packages: {} }, port, fail);
 */
export function startLanguageThread(
  options: CompilerOptions,
  questions: MessagePort,
  onFailure: (error: Error) => void,
): AsyncCompiler {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { ...options, questions } satisfies LanguageStart,
    transferList: [questions],
    name: "typescript",
  });
  const waiting = new Map<number, PromiseWithResolvers<Compilation>>();
  let lastId = 0;
  worker.on("message", (message: FromLanguage) => {
    const promise = waiting.get(message.id);
    waiting.delete(message.id);
    if ("compilation" in message) promise?.resolve(message.compilation);
    else promise?.reject(Object.assign(new Error(message.failure.message), message.failure));
  });
  worker.on("error", onFailure);
  const post = (message: ToLanguage): void => worker.postMessage(message);

  return {
    compile(code) {
      lastId += 1;
      const promise = Promise.withResolvers<Compilation>();
      waiting.set(lastId, promise);
      post({ kind: "compile", id: lastId, code });
      return promise.promise;
    },
    keep: (cell, names) => post({ kind: "keep", cell, names }),
  };
}
