import type { HistoryItem, HistoryReply, HistoryRequest } from "../wire/history.js";

/** What was run since the kernel started. */
export interface History {
  add(count: number, input: string): void;
  setOutput(count: number, output: string): void;
  answer(request: HistoryRequest): HistoryReply;
}

/** There is only the session since the kernel started. */
const SESSION = 1;

interface Line {
  count: number;
  input: string;
  output: string | null;
}

/**
 * Makes an empty history.
 *
 * @example history.add(1, "1 + 1");
 */
export function createHistory(): History {
  const lines: Line[] = [];
  return {
    add: (count, input) => void lines.push({ count, input, output: null }),
    setOutput(count, output) {
      const line = lines.findLast((candidate) => candidate.count === count);
      if (line) line.output = output;
    },
    answer(request) {
      const found = select(lines, request);
      const history = found.map(({ count, input, output }): HistoryItem => [
        SESSION,
        count,
        request.output ? [input, output] : input,
      ]);
      return { status: "ok", history };
    },
  };
}

function select(lines: readonly Line[], request: HistoryRequest): Line[] {
  const { hist_access_type: type, n } = request;
  if (type === "range") {
    const { session = 0, start = 0, stop = Infinity } = request;
    // 0 is this session, -1 the one before, which is not known.
    if (session !== 0 && session !== SESSION) return [];
    return lines.filter(({ count }) => count >= start && count < (stop ?? Infinity));
  }
  if (type === "tail") return lastOf(lines, n);
  const pattern = glob(request.pattern ?? "*");
  const found = lines.filter(({ input }) => pattern.test(input));
  // Of equal inputs the newest one stays, at its place.
  const unique = request.unique
    ? found.filter(({ input }, at) => found.findLastIndex((line) => line.input === input) === at)
    : found;
  return lastOf(unique, n);
}

function lastOf(lines: readonly Line[], n: number | undefined): Line[] {
  return n ? lines.slice(-n) : [...lines];
}

function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
