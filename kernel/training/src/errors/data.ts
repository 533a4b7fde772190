import { TrainingError } from "./training-error.js";

/** The corpus holds no text. */
export class CorpusEmpty extends TrainingError<{ corpus: string }> {
  constructor(corpus: string) {
    super(
      "CorpusEmpty",
      `The corpus "${corpus}" is empty. Give a text with at least two blocks of characters.`,
      {
        corpus,
      },
    );
  }
}

/** The corpus cannot fill one training block and one validation block. */
export class CorpusTooShort extends TrainingError<{
  tokens: number;
  needed: number;
  block: number;
}> {
  constructor(tokens: number, needed: number, block: number) {
    super(
      "CorpusTooShort",
      `The corpus has ${tokens} characters, but a block of ${block} needs at least ${needed}. Give a longer text or a smaller block.`,
      { tokens, needed, block },
    );
  }
}

/** The file or address of a corpus cannot be read. */
export class CorpusUnreadable extends TrainingError<{ source: string }> {
  constructor(source: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      "CorpusUnreadable",
      `The corpus "${source}" cannot be read: ${why}. Check the path or address.`,
      {
        source,
      },
    );
    this.cause = cause;
  }
}

/** Examples that cannot be trained on. */
export class ExamplesInvalid extends TrainingError<{ part: string; reason: string }> {
  constructor(part: string, reason: string) {
    super(
      "ExamplesInvalid",
      `The ${part} of the examples ${reason}. Give x and y one row for each example, for example examples(tf.tensor2d(points), tf.tensor1d(values)).`,
      { part, reason },
    );
  }
}
