import { Worker, type MessagePort } from "node:worker_threads";
import type { Finding } from "../../errors.js";
import type { LanguageOptions } from "./language.js";
import type { FromLanguage, LanguageStart, ToLanguage } from "./worker.js";

/** What the types of a notebook and its packages may take; those of large ones take a quarter. */
const HEAP_MB = 1024;

/** What is new may take; V8 would reserve three times as much. */
const YOUNG_MB = 6;

/** The notebook's types as main sees them: in a thread of their own. */
export interface AsyncLanguage {
  check(cell: number, code: string): Promise<Finding[]>;
  typesAmong(module: string, names: readonly string[]): Promise<string[]>;
  keep(cell: number, names: readonly string[]): void;
  /** Somebody waits for what was asked. */
  hurry(): void;
}

/**
 * Starts the language thread and lets it warm up, so that the first completion does not wait.
 *
 * Most cells are through in a moment, and nobody waits for what TypeScript has to say of them: it
 * begins a little later, and leaves the processors to the answer.
 *
 * @param questions the I/O thread's line for completion and inspection
 * @param onFailure told when the thread ends, which it never should
 * @example const language = startLanguageThread({ cwd, packages: {}, globals: [] }, port, fail);
 */
export function startLanguageThread(
  options: LanguageOptions,
  questions: MessagePort,
  onFailure: (error: Error) => void,
): AsyncLanguage {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    // V8 lets a heap grow by a share of what it may become: half a gigabyte of garbage otherwise.
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    workerData: { ...options, questions } satisfies LanguageStart,
    transferList: [questions],
    name: "typescript",
  });
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let lastId = 0;
  worker.on("message", (message: FromLanguage) => {
    const promise = waiting.get(message.id);
    waiting.delete(message.id);
    if ("value" in message) promise?.resolve(message.value as never);
    else promise?.reject(Object.assign(new Error(message.failure.message), message.failure));
  });
  worker.on("error", onFailure);
  const post = (message: ToLanguage): void => worker.postMessage(message);

  function ask(message: (id: number) => ToLanguage): Promise<never> {
    lastId += 1;
    const promise = Promise.withResolvers<never>();
    waiting.set(lastId, promise);
    post(message(lastId));
    return promise.promise;
  }

  return {
    check: (cell, code) => ask((id) => ({ kind: "check", id, cell, code })),
    typesAmong: (module, names) => ask((id) => ({ kind: "typesAmong", id, module, names })),
    keep: (cell, names) => post({ kind: "keep", cell, names }),
    hurry: () => post({ kind: "hurry" }),
  };
}
