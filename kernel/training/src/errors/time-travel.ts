import { TrainingError } from "./training-error.js";

/** A step was asked for that the session does not have. */
export class StepOutOfRange extends TrainingError<{
  session: string;
  step: unknown;
  last: number;
}> {
  constructor(session: string, step: unknown, last: number) {
    super(
      "StepOutOfRange",
      `"${session}" has the whole steps from 0 to ${last}, not ${String(step)}: ask for one of those.`,
      { session, step, last },
    );
  }
}

/** Steps that were made again came out other than they were recorded. */
export class ReplayDiverged extends TrainingError<{
  step: number;
  recorded: number | string;
  replayed: number | string;
  cause: string;
  nearestCheckpoint: number;
}> {
  constructor(data: {
    step: number;
    recorded: number | string;
    replayed: number | string;
    cause: string;
    nearestCheckpoint: number;
  }) {
    const { step, recorded, replayed, cause, nearestCheckpoint } = data;
    super(
      "ReplayDiverged",
      `Made again, step ${step} gives ${replayed}, but ${recorded} was recorded. ${cause} ` +
        `The state of step ${nearestCheckpoint} is stored and exact: go there instead.`,
      data,
    );
  }
}

/** Someone asked to end a replay. */
export class ReplayCancelled extends TrainingError<{ step: number; target: number }> {
  constructor(step: number, target: number) {
    super(
      "ReplayCancelled",
      `The replay was cancelled at step ${step} of ${target}. The session is as it was.`,
      { step, target },
    );
  }
}

/** No stored state leads to a step. */
export class StepUnreachable extends TrainingError<{ step: number; damaged: string[] }> {
  constructor(step: number, damaged: string[]) {
    const lost = damaged.length > 0 ? ` ${damaged.length} checkpoints are damaged.` : "";
    super(
      "StepUnreachable",
      `No stored state leads to step ${step}.${lost} Run "forkpoint verify", or go to a later step.`,
      { step, damaged },
    );
  }
}

/** A fork or a merge needs the same model and data. */
export class ForkDiffers extends TrainingError<{ option: string }> {
  constructor(option: string) {
    super(
      "ForkDiffers",
      `A fork keeps its parent's ${option}: make a new session with store.session() to change it.`,
      { option },
    );
  }
}

/** Two sessions cannot be merged. */
export class MergeIncompatible extends TrainingError<{
  into: string;
  from: string;
  reason: string;
}> {
  constructor(into: string, from: string, reason: string) {
    super("MergeIncompatible", `"${from}" cannot be merged into "${into}": ${reason}`, {
      into,
      from,
      reason,
    });
  }
}

/** The weights of two sessions cannot be compared. */
export class DiffIncompatible extends TrainingError<{
  one: string;
  other: string;
  reason: string;
}> {
  constructor(one: string, other: string, reason: string) {
    super(
      "DiffIncompatible",
      `The weights of "${one}" and "${other}" cannot be compared: ${reason} Ask for { weights: false } to compare the rest.`,
      { one, other, reason },
    );
  }
}

/** A step of a tf.LayersModel is not stored and cannot be made again here. */
export class StepNotStored extends TrainingError<{
  session: string;
  step: number;
  nearest: number | null;
}> {
  constructor(session: string, step: number, nearest: number | null, why: string) {
    const there = nearest === null ? "" : ` Step ${nearest} is the nearest stored one before it.`;
    super("StepNotStored", `Step ${step} of "${session}" is not stored. ${why}${there}`, {
      session,
      step,
      nearest,
    });
  }
}
