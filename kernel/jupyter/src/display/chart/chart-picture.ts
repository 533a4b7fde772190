import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from "node:worker_threads";
import type { Grammar } from "./drawing.js";

/** How long a cell waits for a picture, in milliseconds: the first one starts the thread. */
const LONGEST_MS = 4000;

/** How long the thread is kept for the next chart, in milliseconds: it holds some 60 MiB. */
const IDLE_MS = 60_000;

/**
 * Of the thread's heap, in MiB: more than a chart can fill in the time it is given. V8 ends the whole process, and
 * not the thread, when it is one array that does not fit any more.
 */
const HEAP = 4096;

/** What the drawing thread is asked. */
export interface DrawingOrder {
  grammar: Grammar;
  specText: string;
  /** Where the picture goes to. */
  answers: MessagePort;
  /** Rung when it is there: main sleeps on its only cell. */
  bell: Int32Array<SharedArrayBuffer>;
}

/** What came of it. */
export type DrawingAnswer = { svg: string } | { reason: string };

let thread: Worker | null = null;
let idle: NodeJS.Timeout | undefined;

/**
 * Draws a chart in a thread of its own and waits for it, without giving way to other code: what is
 * shown or printed next must not overtake it.
 *
 * @returns the picture, or why there is none
 * @example chartPicture("vega-lite", '{"mark":"point"}') // { svg: "<svg …" }
 */
export function chartPicture(grammar: Grammar, specText: string): DrawingAnswer {
  clearTimeout(idle);
  thread ??= startThread();
  const { port1: own, port2: answers } = new MessageChannel();
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const order: DrawingOrder = { grammar, specText, answers, bell };
  thread.postMessage(order, [answers]);
  const end = Atomics.wait(bell, 0, 0, LONGEST_MS);
  const received = receiveMessageOnPort(own) as { message: DrawingAnswer } | undefined;
  own.close();
  if (!received || end === "timed-out") {
    stopThread();
    return { reason: `drawing it takes longer than ${LONGEST_MS / 1000} s` };
  }
  idle = setTimeout(stopThread, IDLE_MS).unref();
  return received.message;
}

// From dist, also for the tests of the source: threads run as built.
function startThread(): Worker {
  const worker = new Worker(new URL("../../../dist/display/chart/worker.js", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
    name: "charts",
  });
  worker.unref();
  // Out of memory, most likely. Who waits for it has been told, or is by the clock.
  const gone = (): void => void (thread === worker && (thread = null));
  worker.on("error", gone);
  worker.on("exit", gone);
  return worker;
}

function stopThread(): void {
  const worker = thread;
  thread = null;
  void worker?.terminate();
}
