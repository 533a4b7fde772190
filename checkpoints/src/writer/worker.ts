import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import type { WireError } from "../errors/error-wire.js";
import { asWriteError } from "../errors/system-error.js";
import { beginContext, hasRunsToRecover } from "./begin-context.js";
import type { CallMessage, ControlMessage, StatusMessage } from "./messages.js";
import type { Operations, RowsOfRun } from "./operations.js";

// The store worker: every write of one process happens here. An operation is done before the next
// one begins, so calls through one port happen in order.

const main = parentPort!;
const { path } = workerData as { path: string };
const ports = new Set<MessagePort>();

function tell(status: StatusMessage): void {
  main.postMessage(status);
}

interface Asked {
  port: MessagePort;
  call: CallMessage;
}

// A save lets go of this thread while the disk takes the tensors; what is asked meanwhile waits.
const asked: Asked[] = [];
const MOST_TOGETHER = 256;
let saving: Promise<void> | null = null;

function ask(operations: Operations, next: Asked): void {
  asked.push(next);
  if (!saving) answerAll(operations);
}

function answerAll(operations: Operations): void {
  for (let next = asked.shift(); next; next = asked.shift()) {
    if (next.call.method === "appendMetrics") {
      answerRows(operations, next);
      continue;
    }
    const lasts = answer(next.port, operations, next.call);
    if (next.call.method !== "saveCheckpoint") continue;
    saving = lasts.then(() => {
      saving = null;
      answerAll(operations);
    });
    return;
  }
}

// Rows that wait behind rows of their run go with them: a transaction for each would take longer than all
// else about them.
function answerRows(operations: Operations, first: Asked): void {
  for (const call of waitingAt(first.port)) asked.push({ port: first.port, call });
  const rows = ({ call }: Asked) => call.input[0] as RowsOfRun | undefined;
  const alike = (next: Asked | undefined): boolean =>
    next?.call.method === "appendMetrics" && rows(next)?.runId === rows(first)?.runId;
  const all = [first];
  while (all.length < MOST_TOGETHER && alike(asked[0])) all.push(asked.shift()!);
  if (all.length > 1 && operations.appendTogether(all.map((each) => rows(each)!))) {
    for (const { port, call } of all) port.postMessage({ id: call.id, ok: true, value: undefined });
  } else {
    for (const { port, call } of all) void answer(port, operations, call);
  }
}

function* waitingAt(port: MessagePort): Generator<CallMessage> {
  for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) {
    yield left.message as CallMessage;
  }
}

async function answer(
  port: MessagePort,
  operations: Operations,
  { id, method, input }: CallMessage,
): Promise<void> {
  try {
    const operation = operations[method as keyof Operations] as (...input: unknown[]) => unknown;
    const lasting = operation(...input);
    const value = lasting instanceof Promise ? ((await lasting) as unknown) : lasting;
    // Fresh memory costs whoever fills it a page fault every 4 KiB: what was handed over goes back.
    const { buffer } = (value ?? {}) as { buffer?: unknown };
    const back = buffer instanceof ArrayBuffer ? [buffer] : [];
    port.postMessage({ id, ok: true, value }, back);
  } catch (error) {
    port.postMessage({ id, ok: false, error: errorToWire(asWriteError(error, path)) });
  }
}

function serve(port: MessagePort, operations: Operations): void {
  ports.add(port);
  port.on("message", (call: CallMessage) => ask(operations, { port, call }));
  port.on("close", () => ports.delete(port));
}

async function start(): Promise<void> {
  const context = beginContext(path);
  if (hasRunsToRecover(context)) (await import("./runs-at-work.js")).recoverRuns(context);
  const early: ControlMessage[] = [];
  let handle = (message: ControlMessage): void => void early.push(message);
  main.on("message", (message: ControlMessage) => handle(message));
  // Reading can begin. What writes rows takes three times as long to load as all this took.
  tell({ kind: "ready" });
  const { operationsOf } = await import("./operations.js");
  const { finishContext } = await import("./open-context.js");
  const { collectWhenDue } = await import("../tensors/collection.js");
  const { packThread } = await import("../tensors/pack-thread.js");
  context.packThread = packThread(path);
  const operations = operationsOf(context);

  handle = (message) => {
    if (message.kind === "connect") return serve(message.port, operations);
    // What was asked before the end is still done, whichever port it came by.
    for (const port of ports) {
      for (const call of waitingAt(port)) ask(operations, { port, call });
    }
    void end();
  };
  const end = async (): Promise<void> => {
    while (saving) await saving;
    for (const port of ports) port.close();
    let error: WireError | null = null;
    try {
      await context.packThread?.end();
      await finishContext(context);
    } catch (fault) {
      error = errorToWire(asWriteError(fault, path));
    }
    tell({ kind: "closed", error });
    main.close();
  };
  for (const message of early) handle(message);
  // Once a day, when whoever opened the store has got what it was waiting for.
  setTimeout(() => context.db.open && collectWhenDue(context), 5_000).unref();
}

start().catch((error: unknown) =>
  tell({ kind: "failed", error: errorToWire(asWriteError(error, path)) }),
);
