import type { SessionRow } from "@forkpoint/checkpoints";
import { ForkDiffers } from "../errors/time-travel.js";
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

/** What a fork may change. Model and data stay. */
export interface ForkOptions extends TrainingOptions, ReachOptions {
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
 */
export function checkForkOptions(
  { model, training: parent }: SessionConfigs,
  options: ForkOptions,
): { at: number | undefined; training: TrainingConfig } {
  for (const option of ["model", "data"]) {
    if (typeof options === "object" && options !== null && option in options)
      throw new ForkDiffers(option);
  }
  // How a tf.LayersModel trains, its compile and fit say.
  const changeable = model.kind === "layers" ? [] : trainingNames;
  const given = namedOptions("fork", options, ["at", ...changeable, ...reachNames]);
  const changes = Object.fromEntries(
    changeable.filter((name) => name in given).map((name) => [name, given[name]]),
  );
  const training =
    model.kind === "layers" ? parent : checkTraining("fork", { ...parent, ...changes });
  return { at: given["at"] as number | undefined, training };
}
