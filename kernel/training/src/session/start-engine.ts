import type { LayersModel } from "@tensorflow/tfjs";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import type { EngineIdentity } from "../engine/identity.js";
import { useInstructionSet } from "../engine/instruction-set.js";
import { engineHere } from "../engine/main-engine.js";
import { decodeGraph } from "../engine/graph/graph-def.js";
import { inspectAddon } from "../engine/native/addon.js";
import { ModelCodeMissing } from "../errors/model.js";
import { startFitEngine } from "../fit/fit-engine.js";
import type { HandWrittenConfig } from "../models/hand-written/index.js";
import { knownModel } from "../models/hand-written/index.js";
import { halvesStored } from "./choose-executor.js";
import { startEngine } from "./engine-link.js";
import type { EngineLink, EngineStart } from "./engine-link.js";
import { errorMessage } from "./error-message.js";
import { handWrittenAtWork } from "./hand-written.js";
import { startLocalEngine } from "./local-engine.js";
import type { EngineEvent } from "./messages.js";
import { recordModel } from "./recorded-model.js";
import { configsOf } from "./setup.js";
import type { ExamplesConfig } from "./setup.js";

/**
 * Starts the engine that a session's model asks for: a worker for models of the library and for
 * compiled ones, this thread for code that runs op by op and for `model.fit`.
 *
 * @throws (by the first request) ModelCodeMissing, LossInvalid, BackendUnavailable
 */
export function startEngineFor(
  store: Store,
  sessionId: string,
  how: EngineStart,
  layersOf: () => LayersModel | null,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  chooseInstructionSet(store, sessionId, how.at);
  const row = store.sessions.get(sessionId);
  if (row.modelKind === "layers") return startFitEngine(store, sessionId, how, layersOf, onEvent);
  if (row.modelKind !== "hand-written") return startEngine(store, sessionId, how, onEvent);
  return deferredLink(() => startHandWritten(store, row, how, onEvent), onEvent);
}

// Where the session's steps were made with a narrower instruction set than this processor's widest,
// the engine takes that one, if it is the first to ask. Else the engine says that it cannot be exact.
function chooseInstructionSet(store: Store, sessionId: string, at: number | null): void {
  const found = store.checkpoints.nearest(sessionId, at ?? Number.MAX_SAFE_INTEGER)?.checkpoint;
  if (!found) return;
  const { backend, isa } = JSON.parse(
    store.checkpoints.manifest(found.id).engine,
  ) as EngineIdentity;
  if (backend === "native" && isa !== "default") useInstructionSet(isa);
}

/** The compiled step and evaluation that a session goes on with at a step; null where it has none. */
export function storedGraphs(
  store: Store,
  sessionId: string,
  at: number | null,
): Record<string, string> | null {
  const found = store.checkpoints.nearest(sessionId, at ?? Number.MAX_SAFE_INTEGER)?.checkpoint;
  const { graph, evaluation } = found ? store.checkpoints.manifest(found.id).blobs : {};
  return graph && evaluation ? { graph, evaluation } : null;
}

async function startHandWritten(
  store: Store,
  row: SessionRow,
  how: EngineStart,
  onEvent: (event: EngineEvent) => void,
): Promise<EngineLink> {
  const { model: stored, training, data } = configsOf(row);
  const config = stored.config as unknown as HandWrittenConfig;
  const model = knownModel(config.code);
  const compiled = training.engine === "compiled";
  const graphs = compiled ? storedGraphs(store, row.id, how.at) : null;
  const native = (process.env["FORKPOINT_BACKEND"] ?? "native") === "native";
  if (graphs && native && inspectAddon().status === "ready") {
    const nodes = decodeGraph(await store.readBlob(graphs["graph"]!));
    const atWork = handWrittenAtWork(config, data as ExamplesConfig, training.batchSize, null);
    if (halvesStored(nodes, atWork)) {
      return startEngine(store, row.id, { ...how, graphs }, onEvent);
    }
  }
  if (!model) {
    const why = graphs
      ? "its compiled step is for another engine or batch size"
      : "it has no compiled step that could go on without";
    throw new ModelCodeMissing(row.name, config.name, why);
  }
  const engine = await engineHere();
  const { step, evaluation, reason } = compiled
    ? recordModel(engine, model, data as ExamplesConfig, training.batchSize)
    : { step: null, evaluation: null, reason: null };
  if (!step)
    return startLocalEngine(store, row.id, how, engine, { loss: model.loss, reason }, onEvent);
  const [graph, loss] = await Promise.all(
    [step, evaluation].map((bytes) => store.writer.saveBlob(bytes)),
  );
  const fresh = { graph: graph!, evaluation: loss! };
  return startEngine(store, row.id, { ...how, graphs: fresh }, onEvent);
}

// What is asked meanwhile waits, in the order asked.
function deferredLink(
  start: () => Promise<EngineLink>,
  onEvent: (event: EngineEvent) => void,
): EngineLink {
  const link = start();
  link.catch((error: unknown) => onEvent({ event: "failed", error: errorMessage(error) }));
  return {
    ask: (request) => link.then((started) => started.ask(request)),
    close: () =>
      link.then(
        (started) => started.close(),
        () => {},
      ),
  };
}
