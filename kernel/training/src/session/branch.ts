import type { LayersModel } from "@tensorflow/tfjs";
import type { SessionRow } from "@forkpoint/checkpoints";
import { OptionInvalid } from "../errors/options.js";
import { ForkDiffers } from "../errors/time-travel.js";
import { describeCompiled, describeLayers, isLayersModel } from "../fit/layers-model.js";
import { namedOptions } from "../options.js";
import { checkTraining, trainingNames } from "./setup.js";
import type { SessionConfigs, TrainingConfig, TrainingOptions } from "./setup.js";

/** How going back to a step is followed and ended. */
export interface ReachOptions {
  /** Ends the replay; the session is as it was then. */
  signal?: AbortSignal;
  /** Told of each step that is made again. */
  onProgress?: (progress: { step: number; from: number; to: number }) => void;
}

/** What a fork may change. Architecture and data stay. */
export interface ForkOptions extends TrainingOptions, ReachOptions {
  /**
   * For a session of a tf.LayersModel: the same layers, compiled with another optimizer or loss. An
   * optimizer of the same kind goes on with what the parent's has gathered.
   */
  model?: LayersModel;
  /** Any step of the parent; the newest if left out. */
  at?: number;
}

/** A branch to be made. */
export interface NewBranch {
  /** Left out when it takes another's. */
  name?: string;
  parent: SessionRow;
  forkStep: number;
  forkCheckpointId: string;
  /** Of whom model, data and training settings are taken. */
  settings: Pick<SessionRow, "modelKind" | "modelConfig" | "trainingConfig" | "dataConfig">;
  /** The session whose name it takes, and what that one is called then. */
  takeNameOf?: { sessionId: string; oldName: string };
}

const reachNames = ["signal", "onProgress"];

/**
 * Checks how a step is to be reached.
 *
 * @throws OptionInvalid, OptionUnknown
 */
export function checkReachOptions(caller: string, options: ReachOptions): void {
  namedOptions(caller, options, reachNames);
}

/**
 * Checks what a fork changes of its parent's training.
 *
 * @throws ForkDiffers for another model or other data; OptionInvalid, OptionUnknown
 * @example checkForkOptions(configsOf(row), { at: 300, batchSize: 16 }).training.batchSize // 16
 */
export function checkForkOptions(
  { model, training: parent }: SessionConfigs,
  options: ForkOptions,
): { at: number | undefined; training: TrainingConfig; layers: LayersModel | null } {
  // How a tf.LayersModel trains, its compile and fit say.
  const isLayers = model.kind === "layers";
  const changeable = isLayers ? ["model"] : trainingNames;
  for (const option of isLayers ? ["data"] : ["model", "data"]) {
    if (typeof options === "object" && options !== null && option in options)
      throw new ForkDiffers(option);
  }
  const given = namedOptions("fork", options, ["at", ...changeable, ...reachNames]);
  const at = given["at"] as number | undefined;
  if (isLayers) return { at, ...compiledAnew(given["model"], model, parent) };
  const changes = Object.fromEntries(
    changeable.filter((name) => name in given).map((name) => [name, given[name]]),
  );
  return { at, training: checkTraining("fork", { ...parent, ...changes }), layers: null };
}

function compiledAnew(
  given: unknown,
  parent: SessionConfigs["model"],
  training: TrainingConfig,
): { training: TrainingConfig; layers: LayersModel | null } {
  if (given === undefined) return { training, layers: null };
  if (!isLayersModel(given))
    throw new OptionInvalid("fork", "model", given, "a compiled tf.LayersModel");
  const { architecture } = parent.config as { architecture?: unknown };
  if (describeLayers(given).architecture !== architecture) throw new ForkDiffers("model");
  return { training: { ...training, ...describeCompiled(given) } as never, layers: given };
}
