/** `error`, and the body of every failed reply. */
export interface ErrorContent {
  /** The class of the error. */
  ename: string;
  /** Its message. */
  evalue: string;
  /** Lines to show, with ANSI colours. */
  traceback: string[];
}
