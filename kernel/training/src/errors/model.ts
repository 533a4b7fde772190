import { TrainingError } from "./training-error.js";

/** A session's model is code that this process does not have. */
export class ModelCodeMissing extends TrainingError<{ session: string; model: string }> {
  constructor(
    session: string,
    model: string,
    why: string,
    cell = `that calls defineModel({ name: "${model}", … })`,
  ) {
    super(
      "ModelCodeMissing",
      `The session "${session}" trains the model "${model}", whose code is not here, and ${why}. Run the cell ${cell}, then ask again.`,
      { session, model },
    );
  }
}

/** A model of the same name is given, but it is another than the session was trained with. */
export class ModelDiffers extends TrainingError<{ session: string; model: string; what: string }> {
  constructor(session: string, model: string, what: string, advice: string) {
    super(
      "ModelDiffers",
      `The session "${session}" was trained with another version of the model "${model}": ${what}. ${advice}`,
      { session, model, what },
    );
  }
}

/** A model cannot do what was asked of it. */
export class ModelCannot extends TrainingError<{ session: string; asked: string }> {
  constructor(session: string, asked: string, why: string) {
    super("ModelCannot", `The session "${session}" cannot ${asked}: ${why}`, { session, asked });
  }
}

/** The loss of a hand-written model is no mean loss of a batch, or it throws. */
export class LossInvalid extends TrainingError<{ model: string; reason: string }> {
  constructor(model: string, reason: string, advice: string) {
    super("LossInvalid", `The loss of the model "${model}" ${reason}. ${advice}.`, {
      model,
      reason,
    });
  }
}
