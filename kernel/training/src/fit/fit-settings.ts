import { sha256 } from "@forkpoint/checkpoints";
import type { LayersModel, ModelFitArgs, Tensor } from "@tensorflow/tfjs";
import { OptionInvalid } from "../errors/options.js";
import { SessionDiffers } from "../errors/session.js";
import type { FitInput } from "./fit-pass.js";

/** What of a `model.fit` decides its steps, as checkpoints hold it. */
export interface FitSettings {
  samples: number;
  batchSize: number;
  shuffle: boolean;
  /** sha256 of examples, targets and weights of examples or classes. */
  data: string;
}

type Tensors = Parameters<LayersModel["fit"]>[0] | undefined;

/**
 * Reads what a `model.fit` was asked for.
 *
 * @throws OptionInvalid for an option with which it could not be resumed
 */
export function fitInput(x: FitInput["x"], y: FitInput["y"], args: ModelFitArgs): FitInput {
  const { batchSize = 32, epochs = 1, initialEpoch, validationSplit = 0, validationData } = args;
  const refuse = (option: string, value: unknown, wanted: string): never => {
    throw new OptionInvalid("model.fit", option, value, wanted);
  };
  if (initialEpoch !== undefined)
    refuse("initialEpoch", initialEpoch, "left out: the session knows where it is");
  if (!Number.isSafeInteger(epochs) || epochs < 0)
    refuse("epochs", epochs, "a whole number, counted from the session's first epoch");
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    refuse("batchSize", batchSize, "a whole number of at least 1");
  const [first] = tensorsOf(x);
  if (!first) return refuse("x", x, "a tensor, or several");
  const split = !validationData && validationSplit > 0 && validationSplit < 1;
  const samples = split ? Math.floor(first.shape[0]! * (1 - validationSplit)) : first.shape[0]!;
  return { x, y, args, samples, batchSize };
}

/** The settings of a fit; the data is read once. */
export function settingsOf({ x, y, args, samples, batchSize }: FitInput): FitSettings {
  const weights = [args.sampleWeight as Tensors].flatMap(tensorsOf);
  const parts = [...tensorsOf(x), ...tensorsOf(y), ...weights].map(digestOf);
  if (args.classWeight) parts.push(JSON.stringify(args.classWeight));
  return { samples, batchSize, shuffle: args.shuffle ?? true, data: sha256(parts.join()) };
}

/** @throws SessionDiffers when a session's steps were made with other settings */
export function checkSettings(session: string, stored: FitSettings, given: FitSettings): void {
  const differences = (Object.keys(stored) as (keyof FitSettings)[])
    .filter((option) => stored[option] !== given[option])
    .map((option) => ({
      ...{ option, stored: String(stored[option]), given: String(given[option]) },
    }));
  if (differences.length > 0) throw new SessionDiffers(session, differences);
}

function tensorsOf(given: Tensors): Tensor[] {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given)) return given;
  if (typeof (given as Tensor).dataSync === "function") return [given as Tensor];
  return Object.values(given as Record<string, Tensor>);
}

const digests = new WeakMap<object, string>();

// Tensors never change, so each is read once.
function digestOf(tensor: Tensor): string {
  let found = digests.get(tensor.dataId);
  if (!found) {
    const values = tensor.dataSync();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    found = `${tensor.dtype}[${tensor.shape}] ${sha256(bytes)}`;
    digests.set(tensor.dataId, found);
  }
  return found;
}
