import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { getHeapStatistics } from "node:v8";
import { MessageChannel } from "node:worker_threads";
import { createComms, type Comms } from "./comms/comms.js";
import { registerWidgetControl } from "./comms/widget-control.js";
import type { Widget } from "./comms/widget.js";
import { contextNow, createContext, runIn, stopEverything } from "./context.js";
import { currentKernel, setCurrentKernel } from "./current.js";
import { loadKinds, toWire } from "./display/bundle.js";
import { CELL_GLOBALS as DISPLAY_GLOBALS } from "./display/cells/cell-globals-text.js";
import { cellPackages } from "./display/cells/cell-packages.js";
import { createOutputs, type Outputs } from "./display/outputs.js";
import { KernelRunning } from "./errors.js";
import type { EvaluatorParts } from "./evaluate/cell-evaluator.js";
import type { Evaluator } from "./evaluate/evaluator.js";
import type { KernelPackage } from "./evaluate/module-loader.js";
import { createCellSources } from "./evaluate/cell-sources.js";
import { startLanguageThread } from "./evaluate/language/language-thread.js";
import { createSignalHandler } from "./evaluate/interrupt-signal.js";
import { createInterruption } from "./evaluate/interruption.js";
import { installStackTraces } from "./evaluate/stack-traces.js";
import { createExecutor } from "./execution/executor.js";
import {
  CELL_GLOBALS as QUESTION_GLOBALS,
  createQuestions,
  installGlobals,
  type Questions,
} from "./execution/globals.js";
import { createPages, type Pages } from "./execution/pages.js";
import { createStdin } from "./execution/stdin.js";
import type { History } from "./history/history.js";
import { historyFileOf } from "./history/place.js";
import { createCollection } from "./process/collection.js";
import type { DisplayOptions, KernelOptions } from "./kernel-options.js";
import { guardProcess } from "./process/guard.js";
import { createStop } from "./process/stop.js";
import { captureStdio } from "./process/stdio.js";
import { createServer } from "./server.js";
import { createInterruptFlag } from "./sockets/interrupt-flag.js";
import { startIoThread } from "./sockets/io-thread.js";
import type { FromIo, InputBell } from "./sockets/link.js";
import { createFloodLog, logLine } from "./sockets/log.js";
import { createOutbox } from "./sockets/outbox.js";
import { connectionWarnings, readConnection } from "./wire/connection.js";
import type { MimeBundle } from "./wire/display.js";
import { FramesRejected, readEnvelope } from "./wire/frames.js";
import type { Header } from "./wire/header.js";
import { kernelInfo } from "./wire/kernel-info.js";
import type { Envelope } from "./wire/message.js";

/** What cells leave on main. A heap of more than this is the user's data, and takes long to look through. */
const CELL_GARBAGE = { growth: 4 * 2 ** 20, largest: 64 * 2 ** 20 };

/** The kernel of this process, as the code in it sees it. */
export interface Kernel extends Questions {
  comms: Comms;
  /** Every open widget by its id. */
  widgets: Map<string, Widget>;
  /** Shows a bundle. */
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Empties the cell's output; with `wait` only when the next output comes. */
  clearOutput(options?: { wait?: boolean; parent?: Header }): void;
  /**
   * Shows a long text in the pager of a console, when the cell that runs ends. JupyterLab has no
   * pager and leaves it out.
   */
  page(bundle: MimeBundle): void;
  /** The message that caused the code now running; null in code that none caused. */
  parent(): Header | null;
  /** Runs a function as if that message had caused it. */
  runAs<T>(parent: Header | null, fn: () => T): T;
  /** Shows an error in the cell that runs now, or in the one given. */
  reportError(error: unknown, options?: { parent?: Header }): void;
}

/**
 * Makes this process a Jupyter kernel for TypeScript. The working directory is the notebook's
 * folder. Resolves as soon as the sockets answer; the compiler warms up behind it.
 *
 * @throws {KernelRunning} when this process is a kernel already
 * @throws {ConnectionFileInvalid} when the connection file cannot be used
 * @example
 * await startKernel({ connectionFile: process.argv[2]!, banner: "Hello",
 *   implementation: { name: "toy", version: "1.0.0" }, packages: {} });
 */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  if (currentKernel()) throw new KernelRunning();
  const connection = readConnection(options.connectionFile);
  for (const warning of connectionWarnings(connection)) logLine(warning);
  const cwd = process.cwd();
  const packages = { ...cellPackages(), ...options.packages };
  const questions = new MessageChannel();
  const answers = new MessageChannel();
  const bell: InputBell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const interruption = createInterruption(createInterruptFlag());

  // What comes before everything here is made waits its turn.
  const early: FromIo[] = [];
  let handle = (message: FromIo): void => void early.push(message);
  const io = await startIoThread(
    {
      connection,
      session: randomUUID(),
      info: kernelInfo(options.implementation, options.banner, typescriptVersion()),
      flag: interruption.flag,
      heapLimit: getHeapStatistics().heap_size_limit,
      language: questions.port1,
      answers: answers.port1,
      bell,
      parentProcess: parentToWatch(),
    },
    (message) => handle(message),
  );

  const sources = createCellSources();
  installStackTraces(sources);
  const outbox = createOutbox(io.post);
  const outputs = createOutputs(outbox, sources);
  let evaluator: Evaluator | null = null;
  let history: History | null = null;
  function interrupt(): void {
    evaluator?.interrupt();
    options.onInterrupt?.();
  }

  function stopAll(): void {
    stopEverything();
    outputs.print(
      "stderr",
      "Interrupted again: what earlier cells left running is stopped as well.\n",
    );
  }

  function fatal(error: Error): void {
    logLine(`The kernel cannot go on: ${error.stack ?? error.message}`);
    void stop(false, 1);
  }

  const stop = createStop(io, options.onShutdown, (code) => {
    history?.close();
    exit(code);
  });
  const exit = guardProcess({
    onError: (error) => outputs.error(error),
    onInterrupt: createSignalHandler(interruption.flag, interrupt),
    onTerminate: () => void stop(false),
  });
  // Whoever ends a kernel that has only just begun does not wait until it has.
  handle = (message) => {
    if (message.kind === "shutdown") void stop(message.restart);
    else early.push(message);
  };
  // TypeScript takes a while to load: whoever waits for the kernel hears of it first.
  const [
    { createCellEvaluator },
    { createModuleLoader },
    { defineCellGlobals },
    { createHistory },
  ] = await Promise.all([
    import("./evaluate/cell-evaluator.js"),
    import("./evaluate/module-loader.js"),
    import("./display/cells/cell-globals.js"),
    import("./history/history.js"),
    loadKinds(),
  ]);
  const language = startLanguageThread(
    { cwd, packages: foldersOf(packages), globals: [DISPLAY_GLOBALS, QUESTION_GLOBALS] },
    questions.port2,
    fatal,
  );
  const modules = createModuleLoader(cwd, packages);
  const parts: EvaluatorParts = {
    language,
    modules,
    interruption,
    sources,
    cwd,
    refuseTypeErrors: options.typeErrors === "refuse",
    announce: null,
  };
  evaluator = createCellEvaluator(parts);
  const comms = createComms((msgType, content, extras) =>
    outbox.publish(msgType, content, outputs.parent(), extras),
  );
  const stdin = createStdin(outbox, answers.port2, bell);
  const asking = createQuestions(stdin);
  const pages = createPages();
  const kernel = createKernel(comms, outputs, asking, pages);
  registerWidgetControl(comms, kernel.widgets);
  const { historyFile = historyFileOf(options.implementation.name) } = options;
  history = createHistory(historyFile, logLine);
  const { barrier } = io;
  const executor = createExecutor({
    ...{ evaluator, outputs, outbox, sources, history, stdin, pages, barrier },
    collection: createCollection(CELL_GARBAGE),
  });

  captureStdio(outputs.print);
  installGlobals(asking);

  const log = createFloodLog(logLine);
  const serve = createServer({ outbox, comms, history, executor, outputs, log });
  function read(envelope: Envelope): void {
    try {
      serve(readEnvelope(envelope));
    } catch (error) {
      if (!(error instanceof FramesRejected)) throw error;
      log(error.message);
    }
  }

  function debug(on: boolean): void {
    parts.announce = on ? (name) => io.announce(sources.scripts([name])) : null;
    if (on) void io.announce(sources.scripts());
  }

  handle = (message) => {
    if (message.kind === "request") read(message.envelope);
    else if (message.kind === "shutdown") void stop(message.restart);
    else if (message.kind === "debugging") debug(message.on);
    else if (message.kind === "failed") fatal(new Error(message.message));
    // A loop that saw the flag has ended its cell, and settled it, before this message came.
    else if (message.kind === "interrupt") {
      if (message.again) stopAll();
      if (interruption.settle() === message.turn) interrupt();
      else options.onInterrupt?.();
    }
  };
  setCurrentKernel(kernel);
  defineCellGlobals(globalThis);
  for (const message of early) handle(message);
  return kernel;
}

function createKernel(comms: Comms, outputs: Outputs, asking: Questions, pages: Pages): Kernel {
  return {
    ...asking,
    comms,
    widgets: new Map(),
    display(bundle, { displayId, update = false, metadata = {}, parent } = {}) {
      const transient = displayId === undefined ? {} : { display_id: displayId };
      const type = update ? "update_display_data" : "display_data";
      outputs.put([type, { data: toWire(bundle), metadata, transient }], parent);
    },
    clearOutput({ wait = false, parent } = {}) {
      outputs.put(["clear_output", { wait }], parent);
    },
    page(bundle) {
      const data = toWire(bundle);
      // With no cell to carry it, better shown than lost.
      if (!pages.add(data)) outputs.put(["display_data", { data, metadata: {}, transient: {} }]);
    },
    parent: () => contextNow()?.parent ?? null,
    runAs: (parent, fn) => runIn(createContext(parent), fn),
    reportError: (error, { parent } = {}) => outputs.error(error, parent),
  };
}

function foldersOf(packages: Record<string, KernelPackage>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(packages).map(([name, { directory }]) => [name, directory]),
  );
}

// Read, not loaded: main has no use for the compiler itself.
function typescriptVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("typescript/package.json") as { version: string }).version;
}

// Jupyter names the process that starts kernels; one started through others is left alone.
function parentToWatch(): number | null {
  const named = Number(process.env["JPY_PARENT_PID"]);
  return named > 1 && named === process.ppid ? named : null;
}
