import { stateDigest } from "@forkpoint/checkpoints";
import type { StateInput, Store } from "@forkpoint/checkpoints";
import { batchesIn } from "./fit-pass.js";
import type { FitSettings } from "./fit-settings.js";
import type { LayersState } from "./layers-state.js";

/** A session of a model of layers after a step. */
export interface FitState extends LayersState {
  step: number;
  /** Null before the first fit. */
  settings: FitSettings | null;
}

/** What of such a session does not change. */
export interface FitFixed {
  /** The model's and the training's stored texts. */
  configs: Record<string, string>;
  engine: string;
}

/** A state without its tensors, as a checkpoint stores it. */
export function fitStateInput({ step, numbers, settings }: FitState, fixed: FitFixed): StateInput {
  const each = settings ? batchesIn(settings) : 1;
  const sorted = Object.fromEntries(Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...{ rng: {}, blobs: {}, engine: fixed.engine },
    cursor: { epoch: Math.floor(step / each), batch: step % each },
    configs: {
      ...{ ...fixed.configs, optimizer: JSON.stringify(sorted) },
      ...(settings ? { fit: JSON.stringify(settings) } : {}),
    },
  };
}

/** The digest of a state: that of a checkpoint made of it. */
export function fitDigest(state: FitState, fixed: FitFixed): string {
  const tensors = state.tensors.map(({ offset, length, ...tensor }) => ({
    ...{ ...tensor, bytes: new Uint8Array(state.buffer, offset, length) },
  }));
  return stateDigest(state.step, tensors, fitStateInput(state, fixed));
}

/** The state that a checkpoint holds. @throws CheckpointDamaged, TensorDamaged */
export async function fitStateOf(store: Store, checkpointId: string): Promise<FitState> {
  const { manifest, tensors: parts } = await store.readTensors(checkpointId);
  const buffer = new ArrayBuffer([...parts.values()].reduce((sum, it) => sum + it.byteLength, 0));
  let offset = 0;
  const tensors = manifest.tensors.map(({ name, dtype, shape }) => {
    const bytes = parts.get(name)!;
    new Uint8Array(buffer, offset).set(bytes);
    const slice = { name, dtype, shape, offset, length: bytes.byteLength };
    offset += bytes.byteLength;
    return slice;
  });
  const { optimizer = "{}", fit } = manifest.configs;
  return {
    ...{ step: manifest.step, buffer, tensors },
    numbers: JSON.parse(optimizer) as Record<string, number>,
    settings: fit ? (JSON.parse(fit) as FitSettings) : null,
  };
}
