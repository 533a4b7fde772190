import type { LayersModel } from "@tensorflow/tfjs";
import type { SessionRow } from "@forkpoint/checkpoints";
import type { CorpusDescription } from "../data/corpus.js";
import type { ExamplesDescription } from "../data/examples.js";
import { OptionInvalid } from "../errors/options.js";
import type { HandWrittenModel } from "../models/hand-written/index.js";
import type { ModelDescription } from "../models/micro-gpt/config.js";
import { modelDefinition } from "../models/registry.js";
import { adamW } from "../optimizers/adamw.js";
import type { OptimizerDescription } from "../optimizers/adamw.js";
import { checkSnapshots } from "../snapshots/policy.js";
import type { SnapshotOptions, SnapshotPolicy } from "../snapshots/policy.js";
import { integerOption, namedOptions, numberOption } from "../options.js";
import type { Options } from "../options.js";

/** What a session is asked for. Only `model` and `data` have no default. */
export type SessionOptions = TrainedOptions | FittedOptions;

/** A session that Forkpoint trains. */
export interface TrainedOptions extends TrainingOptions {
  /** `microGPT()`, or a model of one's own from `defineModel()`. */
  model: ModelDescription | HandWrittenModel;
  /** A corpus for a model of text; `examples(x, y)` for a model of one's own. */
  data: CorpusDescription | ExamplesDescription;
}

/** A session that `model.fit` trains, with `callbacks: session.callback()`. */
export interface FittedOptions {
  /** A compiled tf.LayersModel; its weights of now are the first ones of a new session. */
  model: LayersModel;
  /** Of the order of the examples and of what layers draw while they train. Default 1337. */
  seed?: number;
}

/** How a session trains, as it is asked for; a fork may change it. */
export interface TrainingOptions {
  /** Default: `adamW()`. */
  optimizer?: OptimizerDescription;
  /** Windows in a batch. Default 12. */
  batchSize?: number;
  /** Of initialisation, batches, dropout and evaluation. Default 1337. */
  seed?: number;
  /** Steps between two evaluations; at them texts are sampled, within `snapshots.share`. Default 100. */
  evaluateEvery?: number;
  /** Batches in one evaluation. Default 10. */
  evaluationBatches?: number;
  /** What sampled texts begin with. Default: a line break. */
  prompt?: string;
  /** Characters of a sampled text. Default 120. */
  sampleTokens?: number;
  /**
   * What is recorded beside numbers at evaluations: samples, probabilities of the next token,
   * attention, embeddings; `false` for nothing. By default all of them, in at most 2 % of training
   * time.
   */
  snapshots?: SnapshotOptions | boolean;
  /**
   * Stops a run whose loss rises this many standard deviations above the losses before it, and goes
   * back to the last keyframe. Left out, only NaN and infinite losses stop one.
   */
  spikeSigma?: number;
  /** "eager" runs steps op by op even where they could be compiled. Default "compiled". */
  engine?: "compiled" | "eager";
}

/** The model of a session as it is stored: a closed description from which weights can be drawn. */
export interface ModelConfig {
  kind: string;
  config: Record<string, unknown>;
  /** Distinct tokens; 0 for a model that is not one of text. */
  vocabulary: number;
}

/** How a session trains, as it is stored. */
export interface TrainingConfig {
  optimizer: OptimizerDescription;
  batchSize: number;
  seed: number;
  evaluateEvery: number;
  evaluationBatches: number;
  prompt: string;
  sampleTokens: number;
  /** What is wanted; where steps cannot be compiled they run eagerly. */
  engine: "compiled" | "eager";
  /** Only where it was asked for. */
  spikeSigma?: number;
  /** Only where it was asked for. */
  snapshots?: SnapshotPolicy;
}

/** What a session trains on, as it is stored. */
export type DataConfig = TextConfig | ExamplesConfig;

/** A corpus as it is stored: the texts themselves are blobs. */
export interface TextConfig {
  title: string;
  characters: number;
  corpus: string;
  tokenizer: string;
}

/** Examples as they are stored: the numbers themselves are a blob, in the form of safetensors. */
export interface ExamplesConfig {
  title: string;
  examples: string;
  /** How many are trained on; those for validation come behind them. */
  training: number;
  validation: number;
  x: ExamplesPart;
  y: ExamplesPart;
}

/** One tensor of examples. */
export interface ExamplesPart {
  dtype: "int32" | "float32";
  /** Of one example. */
  shape: number[];
  /** Whole numbers in it are below this one; 0 for others. */
  below: number;
}

/** The stored texts of a session, parsed. */
export interface SessionConfigs {
  model: ModelConfig;
  training: TrainingConfig;
  data: DataConfig;
}

/** The options of {@link TrainingOptions}. */
export const trainingNames = [
  ...["optimizer", "batchSize", "seed"],
  ...[
    "evaluateEvery",
    "evaluationBatches",
    "prompt",
    "sampleTokens",
    "engine",
    "spikeSigma",
    "snapshots",
  ],
];

/**
 * Checks what a session was asked for and fills in the defaults.
 *
 * @throws OptionInvalid naming the option; ModelUnknown.
 */
export function checkSessionOptions(
  given: TrainedOptions,
):
  | { model: ModelDescription; data: CorpusDescription; training: TrainingConfig }
  | { model: HandWrittenModel; data: ExamplesDescription; training: TrainingConfig } {
  const caller = "session";
  const options = namedOptions(caller, given, ["model", "data", ...trainingNames]);
  const model = options["model"] as TrainedOptions["model"] | undefined;
  if (typeof model?.kind !== "string")
    throw new OptionInvalid(caller, "model", model, "a model, for example microGPT()");
  const data = options["data"] as TrainedOptions["data"] | undefined;
  const refuse = (wanted: string): never => {
    throw new OptionInvalid(caller, "data", data, wanted);
  };
  if ("loss" in model) {
    if (data?.kind !== "examples") return refuse("examples(x, y) for a model of one's own");
    return { model, data, training: checkTraining(caller, { sampleTokens: 0, ...options }) };
  }
  const config = modelDefinition(model.kind).check(model.config) as Record<string, number>;
  if (typeof data?.kind !== "string" || data.kind === "examples")
    return refuse("a corpus, for example corpus.sonnets()");
  const training = checkTraining(caller, options);
  return { model: { kind: model.kind, config }, data, training };
}

/**
 * Checks what a session of a tf.LayersModel was asked for.
 *
 * @throws OptionInvalid, OptionUnknown
 */
export function checkFittedOptions(given: FittedOptions): { seed: number } {
  const options = namedOptions("session with a tf.LayersModel", given, ["model", "seed"]);
  return { seed: integerOption("session", options, "seed", 1337, 0) };
}

/**
 * Checks how a session is to train and fills in the defaults.
 *
 * @throws OptionInvalid naming the option
 */
export function checkTraining(caller: string, options: Options): TrainingConfig {
  const { kind, ...optimizer } = (options["optimizer"] ?? adamW()) as OptimizerDescription;
  if (kind !== "adamw")
    throw new OptionInvalid(caller, "optimizer", kind, "an optimizer, for example adamW()");
  return {
    optimizer: adamW(optimizer),
    batchSize: integerOption(caller, options, "batchSize", 12, 1, 65536),
    seed: integerOption(caller, options, "seed", 1337, 0),
    evaluateEvery: integerOption(caller, options, "evaluateEvery", 100, 1),
    evaluationBatches: integerOption(caller, options, "evaluationBatches", 10, 1, 10000),
    prompt: textOption(options["prompt"] ?? "\n", "prompt"),
    sampleTokens: integerOption(caller, options, "sampleTokens", 120, 0, 100000),
    engine: engineOption(options["engine"] ?? "compiled"),
    ...(options["spikeSigma"] === undefined ? {} : { spikeSigma: sigmaOption(caller, options) }),
    ...(options["snapshots"] === undefined || options["snapshots"] === true
      ? {}
      : { snapshots: snapshotsOption(options["snapshots"]) }),
  };
}

/** The configurations of a stored session. */
export function configsOf(session: SessionRow): SessionConfigs {
  return {
    model: JSON.parse(session.modelConfig) as ModelConfig,
    training: JSON.parse(session.trainingConfig) as TrainingConfig,
    data: JSON.parse(session.dataConfig) as DataConfig,
  };
}

/** What of the configurations the next step depends on: the part that digests cover. */
export function digestedConfigs({ model, training }: SessionConfigs): Record<string, string> {
  const { optimizer, batchSize, seed } = training;
  return { model: JSON.stringify(model), training: JSON.stringify({ optimizer, batchSize, seed }) };
}

// A fork is given its parent's stored policy, in which nothing is wanted of a kind that cannot be.
function snapshotsOption(value: unknown): SnapshotPolicy {
  const stored = value as Partial<SnapshotPolicy> | null;
  return checkSnapshots(stored?.share === 0 ? false : value);
}

function sigmaOption(caller: string, options: Options): number {
  const fits = (x: number): boolean => Number.isFinite(x) && x >= 1;
  return numberOption(caller, options, "spikeSigma", 0, fits, "a number of at least 1");
}

function engineOption(value: unknown): "compiled" | "eager" {
  if (value === "compiled" || value === "eager") return value;
  throw new OptionInvalid("session", "engine", value, '"compiled" or "eager"');
}

function textOption(value: unknown, name: string): string {
  if (typeof value !== "string") throw new OptionInvalid("session", name, value, "a text");
  return value;
}
