import { sha256 } from "@forkpoint/checkpoints";
import type { SessionRow, Store } from "@forkpoint/checkpoints";
import { readCorpus, splitTokens } from "../data/corpus.js";
import type { Corpus } from "../data/corpus.js";
import { encodeExamples } from "../data/examples.js";
import type { ExamplesDescription, Rows } from "../data/examples.js";
import { tokenizerFrom } from "../data/tokenizer.js";
import type { EngineIdentity } from "../engine/identity.js";
import { engineHere } from "../engine/main-engine.js";
import { addonDigest } from "../engine/native/addon.js";
import { ModelDiffers } from "../errors/model.js";
import { SessionDiffers } from "../errors/session.js";
import type { Difference } from "../errors/session.js";
import { describeCompiled, describeLayers, isLayersModel } from "../fit/layers-model.js";
import { knownAs } from "../models/hand-written/index.js";
import type { HandWrittenConfig, HandWrittenModel } from "../models/hand-written/index.js";
import { modelDefinition } from "../models/registry.js";
import { recordModel } from "./recorded-model.js";
import { checkFittedOptions, checkSessionOptions } from "./setup.js";
import type {
  ExamplesConfig,
  ExamplesPart,
  FittedOptions,
  ModelConfig,
  SessionOptions,
} from "./setup.js";
import { storedGraphs } from "./start-engine.js";

/** The texts that a session's row has of its options. */
export type SessionTexts = Pick<
  SessionRow,
  "modelKind" | "modelConfig" | "trainingConfig" | "dataConfig"
>;

/** A session that was asked for, checked. */
export interface WantedSession {
  texts: SessionTexts;
  /** What it trains on, to be stored. */
  blobs: Uint8Array[];
  /** Throws when a session that is there is another. @throws SessionDiffers, ModelDiffers */
  compare(store: Store, found: SessionRow): Promise<void>;
}

/**
 * Checks what a session was asked for. A hand-written model is tried with a batch.
 *
 * @throws OptionInvalid, ModelUnknown, CorpusEmpty, CorpusTooShort, CorpusUnreadable, LossInvalid
 */
export async function wantedSession(options: SessionOptions): Promise<WantedSession> {
  if (isFitted(options)) return wantedFitted(options);
  const { model, data, training } = checkSessionOptions(options);
  const texts = (kind: string, config: ModelConfig, dataConfig: object): SessionTexts => ({
    modelKind: kind,
    modelConfig: JSON.stringify(config),
    trainingConfig: JSON.stringify(training),
    dataConfig: JSON.stringify(dataConfig),
  });
  if ("loss" in model)
    return wantedHandWritten(model, data as ExamplesDescription, training, texts);
  const corpus = await readCorpus(data as Exclude<typeof data, ExamplesDescription>);
  const config: ModelConfig = { ...model, vocabulary: corpus.vocabulary };
  checkLength(corpus, config);
  const { title, text, digest, tokenizerDigest } = corpus;
  const stored = { title, characters: text.length, corpus: digest, tokenizer: tokenizerDigest };
  const wanted = texts(model.kind, config, stored);
  return {
    texts: wanted,
    blobs: [corpus.text, corpus.tokenizer].map((it) => new TextEncoder().encode(it)),
    compare: async (_, found) => checkSame(found, wanted),
  };
}

function isFitted(options: SessionOptions): options is FittedOptions {
  return isLayersModel((options as Partial<FittedOptions> | undefined)?.model);
}

async function wantedFitted(options: FittedOptions): Promise<WantedSession> {
  const { seed } = checkFittedOptions(options);
  const { model } = options;
  const compiled = describeCompiled(model);
  // Layers run fastest on the engine; from now on tfjs uses it in this thread.
  await engineHere();
  const config = { kind: "layers", config: { ...describeLayers(model) }, vocabulary: 0 };
  const texts: SessionTexts = {
    modelKind: "layers",
    modelConfig: JSON.stringify(config),
    trainingConfig: JSON.stringify({ seed, ...compiled }),
    dataConfig: JSON.stringify({ title: "data of model.fit" }),
  };
  return {
    texts,
    blobs: [],
    async compare(_, found) {
      const stored = JSON.parse(found.modelConfig) as ModelConfig;
      const { architecture, name } = stored.config as { architecture?: string; name: string };
      if (stored.kind === "layers" && architecture !== config.config.architecture) {
        const advice = "Build the model as it was, or give this one a session of another name.";
        throw new ModelDiffers(found.name, name, "its layers are others", advice);
      }
      checkSame(found, texts);
    },
  };
}

async function wantedHandWritten(
  model: HandWrittenModel,
  data: ExamplesDescription,
  training: { batchSize: number; engine: "compiled" | "eager" },
  texts: (kind: string, config: ModelConfig, data: object) => SessionTexts,
): Promise<WantedSession> {
  const bytes = encodeExamples(data);
  const { title, validation, x, y } = data;
  const count = x.shape[0]! - validation;
  const stored: ExamplesConfig = {
    ...{ title, examples: sha256(bytes), training: count, validation },
    ...{ x: partOf(x), y: partOf(y) },
  };
  // Also for one that is to run op by op: what is wrong with its loss shows here.
  const recorded = recordModel(await engineHere(), model, stored, training.batchSize);
  const modelConfig = (config: HandWrittenConfig): ModelConfig => ({
    ...{ kind: model.kind, config: { ...config }, vocabulary: 0 },
  });
  const wanted = texts(model.kind, modelConfig(model.config), stored);
  return {
    texts: wanted,
    blobs: [bytes],
    async compare(store, found) {
      const { config, kind } = JSON.parse(found.modelConfig) as ModelConfig;
      if (kind !== model.kind) return checkSame(found, wanted);
      const before = config as unknown as HandWrittenConfig;
      // Everything but the code first: another shape is a difference of options.
      const { code } = before;
      const same = {
        ...wanted,
        modelConfig: JSON.stringify(modelConfig({ ...model.config, code })),
      };
      checkSame(found, same);
      const graphs = training.engine === "compiled" ? storedGraphs(store, found.id, null) : null;
      const step = recorded.step && sha256(recorded.step);
      if (graphs && step === graphs["graph"]) return knownAs(code, model);
      const source = code !== model.config.code;
      if (!source && !(graphs && step && sameEngine(store, found))) return;
      throw new ModelDiffers(
        ...([found.name, before.name] as const),
        source ? "its code has changed since" : "a function that its loss calls has changed since",
        `Steps of then are made again with the code of then only: run the cell as it was, or train the new code in a session of another name.${graphs ? ` store.session(${JSON.stringify(found.name)}) alone goes on with the compiled step that is stored.` : ""}`,
      );
    },
  };
}

// Another version of the engine may record the same code otherwise; the stored step then goes on.
function sameEngine(store: Store, { id }: SessionRow): boolean {
  const { checkpoint } = store.checkpoints.nearest(id, Number.MAX_SAFE_INTEGER)!;
  const { addon } = JSON.parse(store.checkpoints.manifest(checkpoint.id).engine) as EngineIdentity;
  return addon === addonDigest();
}

function partOf({ values, shape }: Rows): ExamplesPart {
  const whole = values instanceof Int32Array;
  const below = whole ? values.reduce((most, value) => Math.max(most, value + 1), 1) : 0;
  return { dtype: whole ? "int32" : "float32", shape: shape.slice(1), below };
}

function checkLength(corpus: Corpus, { kind, config }: ModelConfig): void {
  const model = modelDefinition(kind);
  const tokens = tokenizerFrom(corpus.tokenizer).encode(corpus.text);
  splitTokens(tokens, model.block(model.check(config)));
}

/** @throws SessionDiffers when a session has other options than those */
export function checkSame(found: SessionRow, wanted: SessionTexts): void {
  const differences = differencesOf(found, wanted);
  if (differences.length > 0) throw new SessionDiffers(found.name, differences);
}

/** The options in which a session differs from what is wanted. */
export function differencesOf(
  found: SessionRow,
  given: Pick<SessionRow, "modelConfig" | "trainingConfig" | "dataConfig">,
): Difference[] {
  const differences: Difference[] = [];
  for (const key of ["modelConfig", "trainingConfig", "dataConfig"] as const) {
    const [stored, wanted] = [leaves(JSON.parse(found[key])), leaves(JSON.parse(given[key]))];
    for (const option of new Set([...Object.keys(stored), ...Object.keys(wanted)])) {
      const [before, now] = [stored[option] ?? "none", wanted[option] ?? "none"];
      if (before !== now) differences.push({ option, stored: before, given: now });
    }
  }
  return differences;
}

function leaves(value: object): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, part] of Object.entries(value)) {
    const nested = typeof part === "object" && part !== null && !Array.isArray(part);
    if (nested) Object.assign(found, leaves(part as object));
    else found[key] = JSON.stringify(part);
  }
  return found;
}
