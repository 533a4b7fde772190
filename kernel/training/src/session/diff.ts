import type { SampleRow, SessionRow, Store } from "@forkpoint/checkpoints";
import { DiffIncompatible } from "../errors/time-travel.js";
import { OptionInvalid } from "../errors/options.js";
import { namedOptions } from "../options.js";
import type { ReachOptions } from "./branch.js";
import { unlessCancelled } from "./cancel.js";
import { sharedStep } from "./past.js";
import type { SessionAtWork } from "./session-at-work.js";
import { tensorDifference } from "./tensor-difference.js";
import type { TensorDifference } from "./tensor-difference.js";

/** What two sessions are compared at. */
export interface DiffOptions extends ReachOptions {
  /** The step of the session asked; its newest if left out. */
  at?: number;
  /** The step of the other; its newest if left out. */
  otherAt?: number;
  /** False leaves the weights out, which may have to be made again. Default true. */
  weights?: boolean;
}

/** A setting that two sessions do not share; "none" where one lacks it. */
export interface SettingDifference {
  /** For example `optimizer.learningRate`. */
  option: string;
  one: string;
  other: string;
}

/** One column of the metrics of both, at every step that either has; NaN where it has no value. */
export interface AlignedCurve {
  step: Float64Array;
  one: Float64Array;
  other: Float64Array;
}

/** What both wrote to a prompt at a step; null where one wrote nothing. */
export interface AlignedSample {
  step: number;
  prompt: string;
  one: string | null;
  other: string | null;
}

/** Two sessions side by side. */
export interface SessionDiff {
  one: { id: string; name: string; step: number };
  other: { id: string; name: string; step: number };
  /** The last step both share, and the session it lies in; null when they share none. */
  shared: { sessionId: string; step: number } | null;
  settings: SettingDifference[];
  /** Each weight tensor, the most diverged first; empty without `weights`. */
  weights: TensorDifference[];
  curves: { train: AlignedCurve; validation: AlignedCurve };
  samples: AlignedSample[];
}

/**
 * Compares two sessions; see `Session.diff`.
 *
 * @throws DiffIncompatible, StepOutOfRange, ReplayDiverged, ReplayCancelled, OptionInvalid
 * @example (await diffOf(work, other, {})).weights[0]?.name
 */
export async function diffOf(
  work: SessionAtWork,
  other: SessionAtWork,
  options: DiffOptions,
): Promise<SessionDiff> {
  const given = namedOptions("diff", options, ["at", "otherAt", "weights", "signal", "onProgress"]);
  const wantsWeights = given["weights"] ?? true;
  if (typeof wantsWeights !== "boolean")
    throw new OptionInvalid("diff", "weights", wantsWeights, "true or false");
  const step = options.at === undefined ? work.step : work.stepInRange(options.at);
  const otherStep = options.otherAt === undefined ? other.step : other.stepInRange(options.otherAt);
  const [row, otherRow] = [work.row, other.row];
  const weights = wantsWeights
    ? await weightDifferences([work, options.at], [other, options.otherAt], options)
    : null;
  return {
    one: { id: row.id, name: row.name, step: weights?.steps[0] ?? step },
    other: { id: otherRow.id, name: otherRow.name, step: weights?.steps[1] ?? otherStep },
    shared: sharedOf(work, step, other, otherStep),
    settings: settingDifferences(row, otherRow),
    weights: weights?.tensors ?? [],
    curves: {
      train: await alignedCurve("train_loss", work, other),
      validation: await alignedCurve("validation_loss", work, other),
    },
    samples: alignedSamples(await samplesOf(work), await samplesOf(other)),
  };
}

/**
 * The settings that two sessions do not share, by name.
 *
 * @example settingDifferences(a.row, b.row) // [{ option: "optimizer.learningRate", one: "0.001", other: "0.003" }]
 */
export function settingDifferences(
  one: Pick<SessionRow, "modelConfig" | "trainingConfig" | "dataConfig">,
  other: Pick<SessionRow, "modelConfig" | "trainingConfig" | "dataConfig">,
): SettingDifference[] {
  const [mine, theirs] = [settingsOf(one), settingsOf(other)];
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((option) => {
    const [a, b] = [mine.get(option) ?? "none", theirs.get(option) ?? "none"];
    return a === b ? [] : [{ option, one: a, other: b }];
  });
}

/**
 * Samples of two sessions by step and prompt, ascending by step.
 *
 * @example alignedSamples(await a.samples(), await b.samples())[0]?.other
 */
export function alignedSamples(one: SampleRow[], other: SampleRow[]): AlignedSample[] {
  const rows = new Map<string, AlignedSample>();
  const take = (samples: SampleRow[], side: "one" | "other"): void => {
    for (const { step, prompt, text } of samples) {
      const key = `${step} ${prompt}`;
      const row = rows.get(key) ?? { step, prompt, one: null, other: null };
      row[side] = text;
      rows.set(key, row);
    }
  };
  take(one, "one");
  take(other, "other");
  return [...rows.values()].sort((a, b) => a.step - b.step);
}

function settingsOf(row: Parameters<typeof settingDifferences>[0]): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (path: string, value: unknown): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, part] of Object.entries(value)) walk(path ? `${path}.${key}` : key, part);
    } else found.set(path, JSON.stringify(value) ?? "none");
  };
  walk("", JSON.parse(row.trainingConfig));
  walk("model", JSON.parse(row.modelConfig));
  walk("data", JSON.parse(row.dataConfig));
  return found;
}

// Sessions of two stores share no step that either of them knows.
function sharedOf(
  work: SessionAtWork,
  step: number,
  other: SessionAtWork,
  otherStep: number,
): SessionDiff["shared"] {
  if (work.store !== other.store) return null;
  return sharedStep(work.store, work.id, step, other.id, otherStep);
}

type Side = [work: SessionAtWork, at: number | undefined];

async function weightDifferences(
  one: Side,
  other: Side,
  options: ReachOptions,
): Promise<{ steps: [number, number]; tensors: TensorDifference[] }> {
  const refuse = (reason: string): never => {
    throw new DiffIncompatible(one[0].row.name, other[0].row.name, reason);
  };
  const kinds = [one, other].map(([{ row }]) => row.modelKind);
  if (kinds[0] !== kinds[1]) refuse(`their models are of the kinds ${kinds.join(" and ")}.`);
  const mine = await weightsOf(one, options);
  unlessCancelled(options.signal, mine.step, mine.step);
  const theirs = await weightsOf(other, options);
  const tensors: TensorDifference[] = [];
  for (const [name, { shape, values }] of mine.tensors) {
    const found = theirs.tensors.get(name);
    if (!found) return refuse(`only one has the weights "${name}".`);
    if (found.shape.join() !== shape.join())
      return refuse(`"${name}" has the shapes ${shape.join("x")} and ${found.shape.join("x")}.`);
    tensors.push(tensorDifference(name, shape, values, found.values));
  }
  if (theirs.tensors.size !== mine.tensors.size) refuse("one has weights that the other lacks.");
  tensors.sort((a, b) => b.relative - a.relative);
  return { steps: [mine.step, theirs.step], tensors };
}

interface Weights {
  step: number;
  tensors: Map<string, { shape: number[]; values: Float32Array | Int32Array }>;
}

const group = "model/";

async function weightsOf([work, at]: Side, options: ReachOptions): Promise<Weights> {
  const { store, engines } = work;
  const now = at === undefined && engines.started;
  const step = now ? work.step : (at ?? work.step);
  const owner = store.ownerOf(work.id, step);
  const stored = now ? null : store.checkpoints.nearest(owner.id, step)?.checkpoint;
  // A stored step needs no engine.
  if (stored?.step === step) return { step, tensors: await storedWeights(store, stored.id) };
  const state = now
    ? await work.link().ask({ kind: "state" })
    : await engines.stateElsewhere(owner.id, step, options);
  const tensors: Weights["tensors"] = new Map();
  for (const { name, dtype, shape, offset, length } of state.tensors) {
    if (!name.startsWith(group)) continue;
    const values = numbersOf(dtype, state.buffer, offset, length);
    tensors.set(name.slice(group.length), { shape, values });
  }
  return { step: state.step, tensors };
}

async function storedWeights(store: Store, id: string): Promise<Weights["tensors"]> {
  const { manifest, tensors } = await store.readTensors(id);
  const weights: Weights["tensors"] = new Map();
  for (const { name, dtype, shape } of manifest.tensors) {
    if (!name.startsWith(group)) continue;
    const bytes = tensors.get(name)!;
    const values = numbersOf(dtype, bytes.buffer, bytes.byteOffset, bytes.byteLength);
    weights.set(name.slice(group.length), { shape, values });
  }
  return weights;
}

function numbersOf(
  dtype: string,
  buffer: ArrayBufferLike,
  offset: number,
  bytes: number,
): Float32Array | Int32Array {
  return dtype === "I32"
    ? new Int32Array(buffer, offset, bytes / 4)
    : new Float32Array(buffer, offset, bytes / 4);
}

async function alignedCurve(
  column: string,
  work: SessionAtWork,
  other: SessionAtWork,
): Promise<AlignedCurve> {
  const [mine, theirs] = [await curveOf(column, work), await curveOf(column, other)];
  const step = Float64Array.from(new Set([...mine.keys(), ...theirs.keys()])).sort();
  return {
    step,
    one: step.map((at) => mine.get(at) ?? NaN),
    other: step.map((at) => theirs.get(at) ?? NaN),
  };
}

async function curveOf(column: string, { store, id }: SessionAtWork): Promise<Map<number, number>> {
  const table = await store.readMetrics(id, { columns: [column] });
  const [steps, values] = [table.getChild("step"), table.getChild(column)];
  const curve = new Map<number, number>();
  for (let row = 0; row < table.numRows; row++) {
    const value = values?.get(row) as number | null | undefined;
    if (typeof value === "number") curve.set(Number(steps!.get(row)), value);
  }
  return curve;
}

function samplesOf({ store, id }: SessionAtWork): Promise<SampleRow[]> {
  return store.readSamples(id);
}
