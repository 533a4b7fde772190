import { RequestInvalid } from "../errors.js";
import type { HistoryItem, HistoryReply, HistoryRequest } from "../wire/history.js";
import { openTables, type Line, type NewLine, type Tables } from "./tables.js";

/** What was run, in this session and in those before. */
export interface History {
  add(count: number, input: string): void;
  setOutput(count: number, output: string): void;
  /** @throws {RequestInvalid} when the request's way of access is none of the three */
  answer(request: HistoryRequest): HistoryReply;
  /** Writes what is not written yet. */
  close(): void;
}

/** How long lines are gathered before they are written, in milliseconds. */
const GATHER_MS = 300;

/** When a file that another process holds is tried again, in milliseconds. */
const AGAIN_MS = 2000;

/** Characters of an output that are kept. */
const OUTPUT_LENGTH = 16_384;

/** Where history is kept when its file cannot be used, or is not wanted. */
const MEMORY = ":memory:";

/**
 * Makes the history of a kernel. Nothing is opened or written before a cell has ended. A file that
 * cannot be used gives way to memory.
 *
 * @param file a path; null keeps nothing after the kernel
 * @param log told once when the file cannot be used
 * @example history.add(1, "1 + 1");
 */
export function createHistory(file: string | null, log: (text: string) => void): History {
  let place = file ?? MEMORY;
  let tables: Tables | null = null;
  let session: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  const unwritten = new Map<number, NewLine>();
  const outputs = new Map<number, NewLine>(); // lines that may still get one

  function write(): void {
    tables ??= openTables(place);
    if (unwritten.size === 0) return;
    session ??= tables.newSession();
    tables.write(session, [...unwritten.values()]);
    unwritten.clear();
  }

  function schedule(delay: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      flush();
    }, delay);
    timer.unref();
  }

  // What is not written stays, and is written the next time.
  function flush(): void {
    try {
      write();
    } catch (error) {
      if (isBusy(error)) schedule(AGAIN_MS);
      else giveUp(error as Error);
    }
  }

  function giveUp(error: Error): void {
    if (place === MEMORY) {
      log(`There is no history: ${error.message}.`);
      unwritten.clear();
      return;
    }
    log(
      `The history in ${place} cannot be used (${error.message}): this session's is kept until the kernel ends. Move that file away to begin a new one.`,
    );
    tables?.close();
    tables = null;
    session = null;
    place = MEMORY;
    flush();
  }

  function select(request: HistoryRequest, from: Tables): Line[] {
    const { hist_access_type: type, session: asked = 0, start = 0, stop = null, n = -1 } = request;
    switch (type) {
      case "tail":
        return from.tail(n);
      case "search":
        return from.search(request);
      case "range": {
        const own = session ?? from.nextSession();
        return from.range(asked > 0 ? asked : own + asked, start, stop);
      }
      default:
        throw new RequestInvalid(
          "history_request",
          "hist_access_type",
          '"range", "tail" or "search"',
        );
    }
  }

  function lines(request: HistoryRequest): Line[] {
    flush();
    if (!tables) return [];
    try {
      return select(request, tables);
    } catch (error) {
      if (error instanceof RequestInvalid || isBusy(error)) throw error;
      giveUp(error as Error);
      return tables ? select(request, tables) : [];
    }
  }

  return {
    add(count, input) {
      const line: NewLine = { line: count, input, output: null };
      unwritten.set(count, line);
      outputs.clear();
      outputs.set(count, line);
      schedule(GATHER_MS);
    },
    setOutput(count, output) {
      const line = outputs.get(count);
      if (!line) return;
      line.output = output.slice(0, OUTPUT_LENGTH);
      unwritten.set(count, line);
      schedule(GATHER_MS);
    },
    answer(request) {
      const history = lines(request).map(({ session: of, line, input, output }): HistoryItem => [
        of,
        line,
        request.output ? [input, output] : input,
      ]);
      return { status: "ok", history };
    },
    close() {
      if (timer) clearTimeout(timer);
      if (unwritten.size > 0) flush();
      tables?.close();
      tables = null;
    },
  };
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY");
}
