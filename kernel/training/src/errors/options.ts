import { inspect } from "node:util";
import { TrainingError } from "./training-error.js";

/** An option is missing or out of range. */
export class OptionInvalid extends TrainingError<{
  caller: string;
  option: string;
  wanted: string;
}> {
  constructor(caller: string, option: string, value: unknown, wanted: string) {
    super(
      "OptionInvalid",
      `The option "${option}" of ${caller} must be ${wanted}, not ${inspect(value, { depth: 0, breakLength: Infinity })}.`,
      { caller, option, wanted },
    );
  }
}

/** There is no option of this name. */
export class OptionUnknown extends TrainingError<{
  caller: string;
  option: string;
  known: string[];
}> {
  constructor(caller: string, option: string, known: string[]) {
    super(
      "OptionUnknown",
      `There is no option "${option}" of ${caller}. The options are ${known.join(", ")}.`,
      { caller, option, known },
    );
  }
}

/** No model of this kind is known. */
export class ModelUnknown extends TrainingError<{ kind: string; known: string[] }> {
  constructor(kind: string, known: string[]) {
    super(
      "ModelUnknown",
      `There is no model "${kind}". The models are ${known.join(", ")}; write for example model: microGPT("small").`,
      {
        kind,
        known,
      },
    );
  }
}
