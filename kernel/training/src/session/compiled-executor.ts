import { openGraphSession } from "../engine/graph/graph-session.js";
import type { PreparedRun } from "../engine/graph/graph-session.js";
import { encodeGraph } from "../engine/graph/graph-def.js";
import type { GraphNode } from "../engine/graph/graph-def.js";
import { halfKey } from "../engine/step-random.js";
import type { Tensorflow } from "../engine/tfjs.js";
import { sizeOf } from "../models/definition.js";
import { decays } from "../optimizers/adamw.js";
import type { Executor, LiveState } from "./executor.js";
import {
  recordAttention,
  recordEmbeddings,
  recordLoss,
  recordScores,
  recordStep,
} from "./recorded-functions.js";
import type { RecordedFunction } from "./recorded-functions.js";
import { embeddingsAt } from "./model-functions.js";
import type { ModelAtWork } from "./model-functions.js";

/**
 * Carries a model's functions out as TensorFlow graphs, one call each. `stored` is the compiled step
 * that a checkpoint was made with, and where the model's code need not be here the evaluation too;
 * without it the step is recorded now. What is not needed for the next step is recorded when it is
 * first asked for.
 *
 * @throws StepNotRecordable, with the op and the line of the model; GraphOpRefused; Error when the
 *   addon is not there.
 */
export function compiledExecutor(
  tf: Tensorflow,
  model: ModelAtWork,
  stored: GraphNode[] | null,
  storedLoss: GraphNode[] | null = null,
): Executor {
  const { parameters, halves, text } = model;
  const step = stored ?? recordStep(tf, model);
  const session = openGraphSession({ halves });
  session.place(
    parameters.map((parameter) => ({ size: sizeOf(parameter.shape), decays: decays(parameter) })),
  );
  const weights = (prefix: string): string[] =>
    parameters.map((_, at) => `${prefix}/weight${at}:0`);
  session.add("step", step);
  const train = session.prepare({
    weights: weights("step"),
    feeds: ["step/inputs:0", "step/targets:0", "step/key:0"],
    fetches: ["step/loss:0"],
    gradients: parameters.map((_, at) => `step/gradient${at}:0`),
    halves,
  });
  const prepared = new Map<string, RecordedFunction & PreparedRun>();
  const prepare = (
    name: string,
    record: (tf: Tensorflow, model: ModelAtWork) => RecordedFunction,
    inHalves: 1 | 2 = 1,
  ): RecordedFunction & PreparedRun => {
    let found = prepared.get(name);
    if (!found) {
      const recorded = record(tf, model);
      session.add(name, recorded.nodes);
      const feeds = recorded.feeds.map((feed) => `${name}/${feed}:0`);
      const ends = {
        weights: weights(name),
        feeds,
        fetches: [`${name}/result:0`],
        halves: inHalves,
      };
      prepared.set(name, (found = { ...recorded, ...session.prepare(ends) }));
    }
    return found;
  };
  const loss = new Float32Array(1);
  const recordedLoss = storedLoss && { nodes: storedLoss, feeds: ["inputs", "targets"], shape: [] };
  const groups = [0, 1, 2] as const;

  return {
    mode: "compiled",
    reason: null,
    graph: encodeGraph(step),
    place(...values) {
      groups.forEach((group) => session.write(group, values[group]!));
      const live: LiveState = {
        read: (...into) => groups.forEach((group) => session.read(group, into[group]!)),
        readBeside: (...into) => session.readBeside(...into),
        dispose: () => {},
      };
      return live;
    },
    train(_, { inputs, targets }, key, numbers) {
      const keys = halves === 1 ? key : [...key, ...halfKey(key, 1)];
      train.run([inputs, targets, Int32Array.from(keys)], [loss], numbers);
      return loss[0]!;
    },
    loss(_, { inputs, targets }) {
      prepare("loss", recordedLoss ? () => recordedLoss : recordLoss, halves).run(
        [inputs, targets],
        [loss],
      );
      return loss[0]!;
    },
    scores(_, tokens, position) {
      const scores = new Float32Array(text!.vocabulary);
      prepare("scores", recordScores).run([tokens, Int32Array.of(position)], [scores]);
      return scores;
    },
    attention(_, tokens) {
      if (!text) return null;
      const { shape, run } = prepare("attention", recordAttention);
      if (sizeOf(shape) === 0) return null;
      const values = new Float32Array(sizeOf(shape));
      run([tokens], [values]);
      return { shape, values };
    },
    embeddings() {
      if (embeddingsAt(model) === -1) return null;
      const { shape, run } = prepare("embeddings", recordEmbeddings);
      const values = new Float32Array(sizeOf(shape));
      run([], [values]);
      return values;
    },
    close: () => session.close(),
  };
}
