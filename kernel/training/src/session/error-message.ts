import { TrainingError } from "../errors/training-error.js";
import type { ErrorMessage } from "./messages.js";

/** An error in the form that crosses between threads; code, data and stack are kept. */
export function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error))
    return { code: "Error", message: String(error), data: {}, stack: "" };
  const { code = error.name, data = {} } = error as Partial<TrainingError>;
  return { code, message: error.message, data, stack: error.stack ?? "" };
}

/** The error that {@link errorMessage} described, with the stack of the thread that threw it. */
export function errorFrom({ code, message, data, stack }: ErrorMessage): TrainingError {
  const error = new TrainingError(code, message, data);
  if (stack) error.stack = stack;
  return error;
}
