import { TrainingError } from "./training-error.js";

/** A graph holds an op that compiled steps never need; it may come from elsewhere. */
export class GraphOpRefused extends TrainingError<{ op: string; node: string }> {
  constructor(op: string, node: string) {
    super(
      "GraphOpRefused",
      `The compiled step holds the op "${op}" (node "${node}"), which is not on the list of harmless ops, so it is not run. If the store is your own, rewind to an earlier step or train with engine: "eager"; if it came from elsewhere, do not trust it.`,
      { op, node },
    );
  }
}

/** The bytes of a stored graph are no graph. */
export class GraphUnreadable extends TrainingError<{ reason: string }> {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "GraphUnreadable",
      `The stored compiled step cannot be read: ${reason}. Train with engine: "eager", or go back to an earlier checkpoint.`,
      { reason },
    );
    this.cause = cause;
  }
}

/** A step that cannot become a graph; training then goes on eagerly. */
export class StepNotRecordable extends TrainingError<{ op: string; line: string }> {
  constructor(what: string, op: string, line: string) {
    super("StepNotRecordable", `${what}${line ? ` (${line})` : ""}.`, { op, line });
  }
}
