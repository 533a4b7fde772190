import type { Store } from "@forkpoint/checkpoints";
import { splitTokens } from "../data/corpus.js";
import { decodeExamples } from "../data/examples.js";
import { tokenizerFrom } from "../data/tokenizer.js";
import { addonDigest } from "../engine/native/addon.js";
import { identityText } from "../engine/identity.js";
import type { EngineIdentity } from "../engine/identity.js";
import type { Engine } from "../engine/tfjs.js";
import { modelDefinition } from "../models/registry.js";
import { handWrittenLearner } from "./hand-written.js";
import type { EagerModel } from "./hand-written.js";
import { createLearner } from "./learner.js";
import type { Learner } from "./learner.js";
import { digestedConfigs } from "./setup.js";
import type { SessionConfigs, TextConfig } from "./setup.js";
import type { stateInput } from "./state.js";

/** A session's model and data on an engine, and what its checkpoints name of them. */
export interface Prepared {
  learner: Learner;
  identity: EngineIdentity;
  fixed: Parameters<typeof stateInput>[1];
}

/**
 * Puts a session's model and data on an engine. `stored` are the blobs of its newest checkpoint,
 * whose compiled step it goes on with; `eager` is the code of a hand-written model without one.
 *
 * @throws the store's errors for damaged blobs; GraphOpRefused, GraphUnreadable
 */
export async function prepare(
  engine: Engine,
  store: Store,
  configs: SessionConfigs,
  stored: Record<string, string>,
  eager: EagerModel | null,
): Promise<Prepared> {
  const { learner, blobs } =
    "examples" in configs.data
      ? await prepareExamples(engine, store, configs, stored, eager)
      : await prepareText(engine, store, configs, stored);
  const { mode } = learner.executor;
  const addon = mode === "compiled" ? addonDigest() : null;
  const identity = { ...engine.identity, mode, addon };
  const fixed = { blobs, configs: digestedConfigs(configs), engine: identityText(identity) };
  return { learner, identity, fixed };
}

type Part = Pick<Prepared, "learner"> & { blobs: Record<string, string> };

async function prepareText(
  engine: Engine,
  store: Store,
  configs: SessionConfigs,
  stored: Record<string, string>,
): Promise<Part> {
  const model = modelDefinition(configs.model.kind);
  const { corpus, tokenizer: alphabet } = configs.data as TextConfig;
  const decode = async (digest: string): Promise<string> =>
    new TextDecoder().decode(await store.readBlob(digest));
  const tokenizer = tokenizerFrom(await decode(alphabet));
  const tokens = tokenizer.encode(await decode(corpus));
  const split = splitTokens(tokens, model.block(model.check(configs.model.config)));
  const learner = createLearner(
    ...([engine.tf, model, configs, split, tokenizer] as const),
    stored["graph"] ? { step: await store.readBlob(stored["graph"]) } : {},
  );
  const { graph } = learner.executor;
  const digest = graph && (await store.writer.saveBlob(graph));
  return { learner, blobs: { corpus, tokenizer: alphabet, ...(digest ? { graph: digest } : {}) } };
}

async function prepareExamples(
  engine: Engine,
  store: Store,
  configs: SessionConfigs,
  { graph, evaluation }: Record<string, string>,
  eager: EagerModel | null,
): Promise<Part> {
  const { examples } = configs.data as { examples: string };
  const read = decodeExamples(await store.readBlob(examples));
  const compiled = !eager && graph && evaluation ? { graph, evaluation } : null;
  const stored = compiled
    ? { step: await store.readBlob(graph!), evaluation: await store.readBlob(evaluation!) }
    : {};
  const learner = handWrittenLearner(engine.tf, configs, read, stored, eager);
  return { learner, blobs: { examples, ...compiled } };
}
