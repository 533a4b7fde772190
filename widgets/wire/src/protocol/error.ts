/**
 * Something that came over the wire, or was about to be sent, is not what this version understands.
 *
 * @example
 * try { parseReply(content); } catch (error) { if (error instanceof WireInvalid) console.warn(error.data.path); }
 */
export class WireInvalid extends Error {
  readonly code = "WireInvalid";
  /** where in the message, e.g. `samples[3].step`, and what was expected there */
  readonly data: { path: string; expected: string };

  constructor(path: string, expected: string) {
    super(
      `A message between kernel and page is not understood: ${path} should be ${expected}. ` +
        "Kernel and JupyterLab extension may be of different versions: run `npm run setup` and reload the page.",
    );
    this.name = "WireInvalid";
    this.data = { path, expected };
  }
}

/** An error as it crosses the wire: the `code` of a typed error and its one plain sentence. */
export interface WireError {
  code: string;
  message: string;
}
