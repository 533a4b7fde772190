import { TrainingError } from "./training-error.js";

/** No session has this name, and no options say how to make one. */
export class SessionMissing extends TrainingError<{ name: string; known: string[] }> {
  constructor(name: string, known: string[]) {
    const there = known.length === 0 ? "The store has none yet." : `There are ${known.join(", ")}.`;
    super(
      "SessionNotFound",
      `There is no session "${name}". ${there} Give it a model and data to make it.`,
      { name, known },
    );
  }
}

/** A session of this name exists with other options; branches of history never change theirs. */
export class SessionDiffers extends TrainingError<{ name: string; differences: Difference[] }> {
  constructor(name: string, differences: Difference[]) {
    const list = differences.map(
      ({ option, stored, given }) => `${option} is ${stored}, not ${given}`,
    );
    super(
      "SessionDiffers",
      `The session "${name}" exists with other options: ${list.join("; ")}. Use another name, or ask for it with the options it has.`,
      { name, differences },
    );
  }
}

export interface Difference {
  option: string;
  stored: string;
  given: string;
}

/** A run trains in this session already. */
export class RunActive extends TrainingError<{ session: string; runId: string }> {
  constructor(session: string, runId: string) {
    super(
      "SessionBusy",
      `The session "${session}" is training already. Wait for it (await run.done) or stop it (run.stop()).`,
      { session, runId },
    );
  }
}

/** The loss became NaN or infinite. */
export class LossNotFinite extends TrainingError<{
  step: number;
  loss: number;
  lastCheckpoint: number;
}> {
  constructor(step: number, loss: number, lastCheckpoint: number) {
    super(
      "LossNotFinite",
      `The training loss became ${loss} at step ${step}. The session is back at its checkpoint of step ${lastCheckpoint}; a smaller learning rate usually helps.`,
      { step, loss, lastCheckpoint },
    );
  }
}

/** The loss rose far above those before it. */
export class LossSpike extends TrainingError<{
  step: number;
  loss: number;
  mean: number;
  deviation: number;
  lastCheckpoint: number;
}> {
  constructor(data: {
    step: number;
    loss: number;
    mean: number;
    deviation: number;
    lastCheckpoint: number;
  }) {
    const { step, loss, mean, lastCheckpoint } = data;
    super(
      "LossSpike",
      `The training loss jumped to ${loss.toPrecision(4)} at step ${step}, from about ${mean.toPrecision(4)}. The session is back at step ${lastCheckpoint}; fork it there with a smaller learning rate.`,
      data,
    );
  }
}

/** A run ended before the step that was waited for. */
export class StepNotReached extends TrainingError<{ step: number; reached: number }> {
  constructor(step: number, reached: number) {
    super(
      "StepNotReached",
      `The run ended at step ${reached}, before step ${step} that was waited for. Train further to reach it.`,
      { step, reached },
    );
  }
}

/** An operation needs a run that is still going on. */
export class NoActiveRun extends TrainingError<{ session: string; asked: string }> {
  constructor(session: string, asked: string) {
    super(
      "NoActiveRun",
      `The session "${session}" is not training, so there is nothing to ${asked}. Call session.train() first.`,
      {
        session,
        asked,
      },
    );
  }
}
