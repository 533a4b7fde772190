import { Session } from "node:inspector/promises";
import { RequestInvalid } from "../errors.js";
import { createBreakpoints, readWanted } from "./breakpoints.js";
import { HASH_SEED, PATH_PREFIX, PATH_SUFFIX } from "./cell-path.js";
import { createCellScripts, type CellScript } from "./cell-scripts.js";
import {
  CAPABILITIES,
  readArguments,
  readRequest,
  type DapRequest,
  type DapResponse,
} from "./dap.js";
import { Refused } from "./refused.js";
import { createRemoteValues, textOf } from "./remote-values.js";
import { createStopped, reasonOf, type Stopped } from "./stopped.js";
import { CELLS, NOT_THE_USERS } from "./territory.js";

/** Main is the only thread that a client sees. */
const THREAD = 1;

/** Steps that make one of the user's, at most: V8 stops at each call, and at what the kernel put in. */
const MOST_STEPS = 20;

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

const STEPS = {
  next: "Debugger.stepOver",
  stepIn: "Debugger.stepInto",
  stepOut: "Debugger.stepOut",
} as const;

/** What may be asked while nothing is debugged. */
const FREE = new Set("initialize attach debugInfo dumpCell disconnect terminate".split(" "));

/** What the debugger needs of the I/O thread. */
export interface DebuggerContext {
  /** Publishes an event of the Debug Adapter Protocol. */
  publish(event: object): void;
  /** For whoever runs the server. */
  report(error: unknown): void;
  /** Tells main whether somebody debugs: it then announces each cell before it runs it. */
  switched(on: boolean): void;
}

/** A debugger of main, in the terms of the Debug Adapter Protocol; it lives in another thread. */
export interface Debugging {
  handle(content: Record<string, unknown>): Promise<DapResponse>;
  /** Cells that ran before, or one that waits to run until this resolves; it never rejects. */
  announce(scripts: readonly CellScript[]): Promise<void>;
  /** Lets main go on, past every breakpoint for a moment: it was interrupted, or is to end. */
  release(): void;
  close(): void;
}

/**
 * Makes the debugger. Nothing is connected, and main runs as ever, until a client initializes it.
 *
 * @example const debugging = createDebugger({ publish, switched });
 */
export function createDebugger(context: DebuggerContext): Debugging {
  const session = new Session();
  const cells = createCellScripts();
  const values = createRemoteValues(session);
  const breakpoints = createBreakpoints(session, cells);
  // Frames name their script only by a number.
  const scripts = new Map<string, string>();
  const urlOf = (script: string): string => scripts.get(script) ?? "";
  let attached = false;
  let stopped: Stopped | null = null;
  let stepping: (typeof STEPS)[keyof typeof STEPS] | null = null;
  let steps = 0;
  let from = "";
  let seq = 0;

  function event(name: string, body: object): void {
    seq += 1;
    context.publish({ type: "event", seq, event: name, body });
  }

  // A client that leaves, and the end of the kernel, cut off what was asked of main.
  function going(asked: Promise<unknown>): Promise<unknown> {
    return asked.catch((error: unknown) => attached && context.report(error));
  }

  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  session.on("Debugger.paused", ({ params }) => {
    const next = createStopped(session, cells, values, params.callFrames, urlOf);
    const again = steps < MOST_STEPS && (next.between || next.place === from) ? stepping : null;
    if (next.frames.length === 0 || again) {
      steps += 1;
      void going(session.post(again ?? "Debugger.resume"));
      return;
    }
    stopped = next;
    event("stopped", {
      ...reasonOf(params, stepping !== null),
      ...{ threadId: THREAD, allThreadsStopped: true },
    });
  });
  session.on("Debugger.resumed", () => {
    if (!stopped) return;
    stopped = null;
    values.forget();
    event("continued", { threadId: THREAD, allThreadsContinued: true });
  });

  async function start(): Promise<void> {
    if (attached) return;
    session.connectToMainThread();
    attached = true;
    await session.post("Debugger.enable");
    await session.post("Debugger.setBlackboxPatterns", { patterns: NOT_THE_USERS });
    await session.post("Debugger.setBreakpointsActive", { active: true });
    context.switched(true);
  }

  function close(): void {
    if (!attached) return;
    attached = false;
    stopped = null;
    context.switched(false);
    session.disconnect();
  }

  function atFrame(): Stopped {
    if (!stopped)
      throw new Refused("Nothing is stopped: set a breakpoint and run a cell that has it.");
    return stopped;
  }

  async function evaluate(expression: string, frame: number | undefined) {
    const answer =
      frame === undefined || !stopped
        ? await session.post("Runtime.evaluate", {
            expression: `${CELLS}.${expression.trim()}`,
            generatePreview: true,
          })
        : await stopped.evaluate(frame, expression);
    if (!answer) throw new Refused("That frame is gone: the program went on.");
    if (answer.exceptionDetails) throw new Refused(textOf(answer.result));
    return answer.result;
  }

  const step = async (how: keyof typeof STEPS): Promise<void> => {
    const { place } = atFrame();
    from = how === "stepOut" ? "" : place;
    stepping = STEPS[how];
    steps = 0;
    await session.post(stepping);
  };

  const commands: Record<string, (given: Record<string, unknown>) => Promise<object | void>> = {
    // It is started from here on, as ipykernel's is: JupyterLab asks for the state in between, and
    // an answer that nothing is started has it ignore every breakpoint.
    async initialize() {
      await start();
      return CAPABILITIES;
    },
    async attach() {
      await start();
      event("initialized", {});
    },
    async configurationDone() {},
    async debugInfo() {
      return {
        isStarted: attached,
        ...{ hashMethod: "Murmur2", hashSeed: HASH_SEED },
        ...{ tmpFilePrefix: PATH_PREFIX, tmpFileSuffix: PATH_SUFFIX },
        breakpoints: breakpoints.list(),
        stoppedThreads: stopped ? [THREAD] : [],
        ...{ richRendering: true, exceptionPaths: ["All"], copyToGlobals: true },
      };
    },
    async dumpCell({ code }) {
      return { sourcePath: cells.dump(code as string) };
    },
    async source({ source }) {
      const { path } = (source ?? {}) as { path?: unknown };
      if (typeof path !== "string") throw new Refused("Name the path of the source.");
      return { content: cells.textOf(path), mimeType: "text/typescript" };
    },
    async setBreakpoints({ source, breakpoints: wanted = [] }) {
      const { path } = source as { path?: unknown };
      if (typeof path !== "string") throw new Refused("Name the path of the source.");
      return { breakpoints: await breakpoints.replace(path, readWanted(wanted as unknown[])) };
    },
    async setExceptionBreakpoints({ filters = [] }) {
      const state = (filters as unknown[]).length > 0 ? "all" : "none";
      await session.post("Debugger.setPauseOnExceptions", { state });
    },
    async threads() {
      return { threads: [{ id: THREAD, name: "main" }] };
    },
    async stackTrace() {
      const { frames } = atFrame();
      return { stackFrames: frames, totalFrames: frames.length };
    },
    async scopes({ frameId }) {
      const scopes = await atFrame().scopes(frameId as number);
      if (!scopes) throw new Refused("That frame is gone: the program went on.");
      return { scopes };
    },
    async variables({ variablesReference }) {
      const variables = await values.parts(variablesReference as number);
      if (!variables) throw new Refused("Those variables are gone: the program went on.");
      return { variables };
    },
    async evaluate({ expression, frameId }) {
      const result = await evaluate(expression as string, frameId as number | undefined);
      const { value, ...variable } = values.variable("", result);
      return { ...variable, result: value };
    },
    async inspectVariables() {
      const { result } = await session.post("Runtime.evaluate", { expression: CELLS });
      if (!result.objectId) return { variables: [] };
      return { variables: await values.parts(values.reference([result.objectId])) };
    },
    async richInspectVariables({ variableName, frameId }) {
      const result = await evaluate(variableName as string, frameId as number | undefined);
      return {
        data: { "text/plain": await values.inspected(result) },
        metadata: {},
      };
    },
    async copyToGlobals({ srcVariableName, dstVariableName, srcFrameId }) {
      const [from, to] = [srcVariableName as string, dstVariableName as string];
      if (![from, to].every((name) => NAME.test(name)))
        throw new Refused("Name the variable, and what to call it.");
      atFrame();
      // Where cells have the name already, theirs is meant.
      const place = `(Object.hasOwn(${CELLS}, "${to}") ? ${CELLS} : globalThis)`;
      await evaluate(`(${place}["${to}"] = ${from})`, srcFrameId as number);
    },
    async modules() {
      return { modules: [], totalModules: 0 };
    },
    async continue() {
      atFrame();
      stepping = null;
      await session.post("Debugger.resume");
      return { allThreadsContinued: true };
    },
    next: () => step("next"),
    stepIn: () => step("stepIn"),
    stepOut: () => step("stepOut"),
    async pause() {
      await session.post("Debugger.pause");
    },
    disconnect: async () => close(),
    terminate: async () => close(),
  };

  async function serve(request: DapRequest): Promise<object | void> {
    const { command } = request;
    const serveCommand = Object.hasOwn(commands, command) ? commands[command]! : null;
    if (!serveCommand) throw new Refused(`This debugger does not know the command ${command}.`);
    if (!attached && !FREE.has(command)) {
      throw new Refused("Nothing is debugged: send initialize first.");
    }
    return serveCommand(readArguments(request));
  }

  return {
    async handle(content) {
      seq += 1;
      const mine = seq;
      let request: DapRequest = { seq: 0, command: "", arguments: {} };
      const reply = (rest: Pick<DapResponse, "success" | "message" | "body">): DapResponse => ({
        ...{ type: "response", seq: mine, request_seq: request.seq, command: request.command },
        ...rest,
      });
      try {
        request = readRequest(content);
        return reply({ success: true, body: (await serve(request)) ?? {} });
      } catch (error) {
        if (error instanceof Refused || error instanceof RequestInvalid) {
          return reply({ success: false, message: error.message, body: {} });
        }
        throw error;
      }
    },
    async announce(scripts) {
      const arming = scripts.map((script) => {
        const cell = cells.add(script);
        return attached ? breakpoints.arm(cell) : undefined;
      });
      // Whether or not that goes well, the cell runs.
      await going(Promise.all(arming));
    },
    release() {
      if (!stopped) return;
      void going(session.post("Debugger.setSkipAllPauses", { skip: true }));
      void going(session.post("Debugger.resume"));
      void going(session.post("Debugger.setSkipAllPauses", { skip: false }));
    },
    close,
  };
}
