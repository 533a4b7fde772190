import type { Store } from "@forkpoint/checkpoints";
import { splitTokens } from "../data/corpus.js";
import { tokenizerFrom } from "../data/tokenizer.js";
import { addonDigest } from "../engine/native/addon.js";
import { identityText } from "../engine/identity.js";
import type { EngineIdentity } from "../engine/identity.js";
import type { Engine } from "../engine/tfjs.js";
import { modelDefinition } from "../models/registry.js";
import { createLearner } from "./learner.js";
import type { Learner } from "./learner.js";
import { digestedConfigs } from "./setup.js";
import type { SessionConfigs } from "./setup.js";
import type { stateInput } from "./state.js";

/** A session's model and data on an engine, and what its checkpoints name of them. */
export interface Prepared {
  learner: Learner;
  identity: EngineIdentity;
  fixed: Parameters<typeof stateInput>[1];
}

/**
 * Puts a session's model and data on an engine. `stored` are the blobs of its newest checkpoint,
 * whose compiled step it goes on with.
 *
 * @throws the store's errors for damaged blobs; GraphOpRefused, GraphUnreadable
 */
export async function prepare(
  engine: Engine,
  store: Store,
  configs: SessionConfigs,
  stored: Record<string, string>,
): Promise<Prepared> {
  const model = modelDefinition(configs.model.kind);
  const decode = async (digest: string): Promise<string> =>
    new TextDecoder().decode(await store.readBlob(digest));
  const tokenizer = tokenizerFrom(await decode(configs.data.tokenizer));
  const tokens = tokenizer.encode(await decode(configs.data.corpus));
  const split = splitTokens(tokens, model.block(model.check(configs.model.config)));
  const learner = createLearner(
    ...([engine.tf, model, configs, split, tokenizer] as const),
    stored["graph"] ? await store.readBlob(stored["graph"]) : null,
  );
  const { executor } = learner;
  const addon = executor.mode === "compiled" ? addonDigest() : null;
  const identity = { ...engine.identity, mode: executor.mode, addon };
  const { corpus, tokenizer: alphabet } = configs.data;
  const graph = executor.graph && (await store.writer.saveBlob(executor.graph));
  const fixed = {
    blobs: { corpus, tokenizer: alphabet, ...(graph ? { graph } : {}) },
    configs: digestedConfigs(configs),
    engine: identityText(identity),
  };
  return { learner, identity, fixed };
}
