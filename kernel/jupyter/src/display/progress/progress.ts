import { inspect } from "node:util";
import { contextNow, type RunContext } from "../../context.js";
import { checkOptions, DisplayRefused } from "../cells/display-errors.js";
import type { ProgressState } from "./progress-form.js";
import { createProgressLine, type ProgressLine } from "./progress-line.js";

/** What `progress` cannot know by itself. */
export interface ProgressOptions {
  /** How many there will be; known by itself of arrays, sets, maps and numbers. */
  total?: number;
  /** Shown before the bar. */
  label?: string;
}

/** A loop that is on its way. */
interface Bar {
  state: ProgressState;
  /** The state as it is when somebody looks. */
  now(): ProgressState;
  line: ProgressLine;
  /** The loop in which it was begun. */
  outer: Bar | null;
  /** Outputs of inner loops that have ended, by label: the next turn's loop takes them over. */
  free: Map<string | null, ProgressLine[]>;
  begun: number;
  watch: NodeJS.Timeout | null;
  ended: boolean;
}

/** How soon a loop that was interrupted while it waited is shown as stopped, in milliseconds. */
const WATCH = 500;

/** The innermost loop of each cell. */
const innermost = new WeakMap<RunContext, Bar>();

/** Goes through numbers, arrays and other iterables, in `for` and in `for await`. */
export type Progress<T> = Iterable<T> & AsyncIterable<Awaited<T>>;

/**
 * Goes through something and shows how far it is: one output, updated in place, at most four times
 * a second. A loop inside another takes the same output at every turn.
 *
 * @param source a number counts from 0 up to it
 * @throws {DisplayRefused} when the source cannot be gone through, or an option is misspelt
 * @throws {NoKernel} when the loop begins outside a kernel
 * @example for await (const file of progress(files, { label: "Reading" })) await read(file);
 */
export function progress(source: number, options?: ProgressOptions): Progress<number>;
export function progress<T>(source: Iterable<T>, options?: ProgressOptions): Progress<T>;
export function progress<T>(source: AsyncIterable<T>, options?: ProgressOptions): AsyncIterable<T>;
export function progress(
  source: number | Iterable<unknown> | AsyncIterable<unknown>,
  options: ProgressOptions = {},
): Progress<unknown> | AsyncIterable<unknown> {
  checkOptions("progress", options, { total: "number", label: "string" });
  const total = options.total ?? totalOf(source);
  if (total !== null && !(Number.isInteger(total) && total >= 0)) {
    throw new DisplayRefused("progress", `the total is ${total}, give a whole number from 0`);
  }
  const label = options.label ?? null;
  const items = typeof source === "number" ? upTo(source) : source;
  const begin = (): Bar => beginBar(label, total);
  if (isIterable(items)) {
    return {
      [Symbol.iterator]: () => loop(items, begin),
      [Symbol.asyncIterator]: () => asyncLoop(items, begin),
    };
  }
  if (isAsyncIterable(items)) return { [Symbol.asyncIterator]: () => asyncLoop(items, begin) };
  throw new DisplayRefused(
    "progress",
    `${inspect(source, { depth: 0 })} cannot be gone through, give a number or an iterable`,
  );
}

function* loop<T>(items: Iterable<T>, begin: () => Bar): Generator<T, void, undefined> {
  const bar = begin();
  try {
    for (const item of items) {
      yield item;
      step(bar);
    }
    bar.state.ending = "done";
  } catch (error) {
    fail(bar, error);
    throw error;
  } finally {
    end(bar);
  }
}

async function* asyncLoop<T>(
  items: Iterable<T> | AsyncIterable<T>,
  begin: () => Bar,
): AsyncGenerator<Awaited<T>, void, undefined> {
  const bar = begin();
  try {
    for await (const item of items) {
      yield item;
      step(bar);
    }
    bar.state.ending = "done";
  } catch (error) {
    fail(bar, error);
    throw error;
  } finally {
    end(bar);
  }
}

function beginBar(label: string | null, total: number | null): Bar {
  const context = contextNow();
  const outer = (context && innermost.get(context)) ?? null;
  const line = outer?.free.get(label)?.pop() ?? createProgressLine();
  const state: ProgressState = {
    label,
    done: 0,
    total,
    seconds: 0,
    ending: "running",
    reason: null,
  };
  const begun = performance.now();
  const now = (): ProgressState => {
    const running = state.ending === "running";
    return running ? { ...state, seconds: (performance.now() - begun) / 1000 } : state;
  };
  const bar: Bar = { state, now, line, outer, free: new Map(), begun, watch: null, ended: false };
  line.show(now);
  if (context) bar.watch = watch(new WeakRef(bar), context);
  if (context) innermost.set(context, bar);
  return bar;
}

// An interrupt leaves a cell that waits where it is: no generator hears of it. Nor of a loop that was
// given up half way, so this must not keep its bar.
function watch(held: WeakRef<Bar>, context: RunContext): NodeJS.Timeout {
  const timer = setInterval(() => {
    const bar = held.deref();
    if (bar && !context.interrupted) return;
    clearInterval(timer);
    if (bar) end(bar);
  }, WATCH);
  return timer.unref();
}

function step(bar: Bar): void {
  bar.state.done += 1;
  bar.line.show(bar.now);
}

function fail({ state }: Bar, error: unknown): void {
  state.ending = "failed";
  state.reason = error instanceof Error ? error.message : inspect(error);
}

// `break`, and an error in the loop's body, look the same from here: both stop the loop.
function end(bar: Bar): void {
  const { state, line, outer } = bar;
  if (bar.ended) return;
  bar.ended = true;
  if (bar.watch) clearInterval(bar.watch);
  if (state.ending === "running") state.ending = "stopped";
  state.seconds = (performance.now() - bar.begun) / 1000;
  for (const inner of [...bar.free.values()].flat()) inner.flush();
  line.show(bar.now);
  if (outer?.state.ending === "running") {
    const { label } = state;
    outer.free.set(label, [...(outer.free.get(label) ?? []), line]);
  } else line.flush();
  const context = contextNow();
  if (context && innermost.get(context) === bar) {
    let next = outer;
    while (next && next.state.ending !== "running") next = next.outer;
    if (next) innermost.set(context, next);
    else innermost.delete(context);
  }
}

function totalOf(source: unknown): number | null {
  if (typeof source === "number") return source;
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return (source as Uint8Array).length;
  return source instanceof Set || source instanceof Map ? source.size : null;
}

function* upTo(count: number): Generator<number, void, undefined> {
  for (let index = 0; index < count; index++) yield index;
}

function isIterable<T>(source: unknown): source is Iterable<T> {
  return typeof (source as Iterable<T> | null | undefined)?.[Symbol.iterator] === "function";
}

function isAsyncIterable<T>(source: unknown): source is AsyncIterable<T> {
  const from = source as AsyncIterable<T> | null | undefined;
  return typeof from?.[Symbol.asyncIterator] === "function";
}
