import { createContext, runIn } from "../context.js";
import { bundleOf } from "../display/bundle.js";
import { errorContent } from "../display/error-content.js";
import { findingLines } from "../display/finding-lines.js";
import type { Outputs } from "../display/outputs.js";
import { CellInvalid, Interrupted } from "../errors.js";
import type { CellSources } from "../evaluate/cell-sources.js";
import type { Evaluator, Outcome } from "../evaluate/evaluator.js";
import type { Outbox } from "../sockets/outbox.js";
import type { Collection } from "../process/collection.js";
import type { History } from "../history/history.js";
import {
  EXECUTE_FIELDS,
  type ExecuteReply,
  type ExecuteRequest,
  type UserExpression,
} from "../wire/execute.js";
import { readFields } from "../wire/fields.js";
import type { Header } from "../wire/header.js";
import type { Message } from "../wire/message.js";
import type { Pages } from "./pages.js";
import type { Stdin } from "./stdin.js";

/** How long a failed cell waits for what TypeScript has to say of it, in milliseconds. */
const FINDINGS_MS = 400;

/** What requests are executed with. */
export interface ExecutorParts {
  evaluator: Evaluator;
  outputs: Outputs;
  sources: CellSources;
  history: History;
  stdin: Stdin;
  pages: Pages;
  outbox: Outbox;
  /** Told when there is nothing more to execute, and when there is again. */
  collection: Pick<Collection, "work" | "rest">;
  /** Resolves when all that was sent before a failure has arrived. */
  barrier(): Promise<void>;
}

/** Executes requests one after the other. */
export interface Executor {
  add(request: Message): void;
}

/**
 * Makes the queue of `execute_request`s. Only these wait for each other.
 *
 * @example executor.add(request);
 */
export function createExecutor(parts: ExecutorParts): Executor {
  const { evaluator, outputs, outbox, sources, history, stdin, pages } = parts;
  const waiting: Message[] = [];
  const aborted: Message[] = [];
  let working = false;
  let count = 0;
  let runs = 0;

  const status = (state: "busy" | "idle", parent: Header): void =>
    outbox.publish("status", { execution_state: state }, parent);

  // What a request may ask for beside its outputs, it may ask for until it has ended.
  async function executeWhole(request: Message): Promise<ExecuteReply> {
    let content: ExecuteRequest;
    try {
      content = readFields("execute_request", request.content, EXECUTE_FIELDS);
    } catch (error) {
      return { status: "error", execution_count: count, ...errorContent(error, sources) };
    }
    stdin.enter(request, content.allow_stdin === true);
    pages.enter();
    const reply = await execute(request.header, content);
    stdin.leave();
    const shown = pages.leave();
    return reply.status === "ok" ? { ...reply, payload: [...shown, ...reply.payload] } : reply;
  }

  async function execute(header: Header, content: ExecuteRequest): Promise<ExecuteReply> {
    const silent = content.silent === true;
    const stored = !silent && content.store_history !== false;
    if (stored) {
      count += 1;
      history.add(count, content.code);
    }
    runs += 1;
    const name = stored ? `cell-${count}.ts` : `cell-unnumbered-${runs}.ts`;
    const context = createContext(header, silent);
    outputs.setNewest(context);
    if (!silent) {
      outbox.publish("execute_input", { code: content.code, execution_count: count }, header);
    }
    outbox.release();
    return runIn(context, async () => {
      let error: unknown;
      try {
        const outcome = await evaluator.run(content.code, name);
        if (asksToExit(content.code, outcome)) return ended();
        const shown = showFindings(name, outcome);
        if (outcome.status === "ok") {
          if (outcome.value !== undefined && !silent) await showResult(outcome.value);
          return {
            status: "ok",
            execution_count: count,
            payload: [],
            user_expressions: await expressions(content.user_expressions),
          };
        }
        error = outcome.error;
        // The types often say why it failed; they must not hold the failure up for long.
        if (!(error instanceof Interrupted))
          await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, FINDINGS_MS))]);
      } catch (thrown) {
        error = thrown; // by the value's own display method
      }
      if (content.stop_on_error !== false) await collectAborted();
      outputs.error(error);
      return { status: "error", execution_count: count, ...errorContent(error, sources) };
    });
  }

  function ended(): ExecuteReply {
    return {
      status: "ok",
      execution_count: count,
      payload: [{ source: "ask_exit", keepkernel: false }],
      user_expressions: {},
    };
  }

  // Beside the result: whenever TypeScript is through with the cell.
  async function showFindings(name: string, outcome: Outcome): Promise<void> {
    const findings = await outcome.findings;
    const refused = outcome.status === "error" && outcome.error instanceof CellInvalid;
    if (findings.length === 0 || refused) return;
    const lines = findingLines("TypeScriptError", name, findings, sources);
    outputs.print("stderr", `${lines.join("\n")}\n`);
  }

  // Before anybody hears of the failure: what is sent after that was sent knowing of it.
  async function collectAborted(): Promise<void> {
    await parts.barrier();
    aborted.push(...waiting.splice(0));
  }

  async function showResult(value: unknown): Promise<void> {
    const data = await bundleOf(value);
    // A value whose display method showed it by itself gives an empty bundle.
    if (Object.keys(data).length === 0) return;
    outbox.hold(); // the reply comes at once
    outputs.put(["execute_result", { execution_count: count, data, metadata: {} }]);
    if (typeof data["text/plain"] === "string") history.setOutput(count, data["text/plain"]);
  }

  async function expressions(
    asked: Record<string, string> = {},
  ): Promise<Record<string, UserExpression>> {
    const results: Record<string, UserExpression> = {};
    if (Object.keys(asked).length > 0) outbox.release();
    for (const [key, code] of Object.entries(asked)) {
      runs += 1;
      const outcome = await evaluator.run(code, `cell-expression-${runs}.ts`);
      results[key] =
        outcome.status === "ok"
          ? { status: "ok", data: await bundleOf(outcome.value), metadata: {} }
          : { status: "error", ...errorContent(outcome.error, sources) };
    }
    return results;
  }

  async function work(): Promise<void> {
    parts.collection.work();
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      outbox.hold();
      status("busy", request.header);
      const started = new Date().toISOString();
      const reply = await executeWhole(request);
      outbox.hold();
      outbox.reply(request, reply, { started, dependencies_met: true, status: reply.status });
      status("idle", request.header);
      outbox.release();
      abort();
    }
    working = false;
    parts.collection.rest();
  }

  function abort(): void {
    for (const request of aborted.splice(0)) {
      const reply: ExecuteReply = { status: "aborted", execution_count: count };
      status("busy", request.header);
      outbox.reply(request, reply, { started: new Date().toISOString(), status: "aborted" });
      status("idle", request.header);
    }
  }

  return {
    add(request) {
      waiting.push(request);
      if (working) return;
      working = true;
      void work();
    },
  };
}

/** What people type into a console to leave it, unless a cell has given the name a meaning. */
const EXIT = /^\s*(exit|quit)\s*(\(\s*\))?\s*;?\s*$/;

function asksToExit(code: string, outcome: Outcome): boolean {
  const [, word] = EXIT.exec(code) ?? [];
  if (!word || outcome.status === "ok" || !(outcome.error instanceof ReferenceError)) return false;
  return outcome.error.message.startsWith(`${word} `);
}
