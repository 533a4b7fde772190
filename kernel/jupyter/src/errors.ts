/** What every error that a user can cause carries beside its sentence. */
export interface ErrorDetails {
  /** The name of the class, stable, for programs. */
  readonly code: string;
  /** The facts of the case. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The connection file that Jupyter names cannot be used. */
export class ConnectionFileInvalid extends Error implements ErrorDetails {
  override readonly name = "ConnectionFileInvalid";
  readonly code = "ConnectionFileInvalid";
  readonly data: { file: string; reason: string };
  constructor(file: string, reason: string) {
    super(
      `The connection file ${file} cannot be used: ${reason}. Let Jupyter start the kernel, it writes that file.`,
    );
    this.data = { file, reason };
  }
}

/** A second kernel was asked for in a process that has one. */
export class KernelRunning extends Error implements ErrorDetails {
  override readonly name = "KernelRunning";
  readonly code = "KernelRunning";
  readonly data = {};
  constructor() {
    super("This process already runs a kernel: start the second one in a process of its own.");
  }
}

/** A client sent a request with a field that is missing or of the wrong type. */
export class RequestInvalid extends Error implements ErrorDetails {
  override readonly name = "RequestInvalid";
  readonly code = "RequestInvalid";
  readonly data: { msgType: string; field: string; wanted: string };
  constructor(msgType: string, field: string, wanted: string) {
    super(
      `The ${field} of this ${msgType} must be ${wanted}: send it as the Jupyter protocol has it.`,
    );
    this.data = { msgType, field, wanted };
  }
}

/** Input was asked for where there is nobody to give it. */
export class StdinRefused extends Error implements ErrorDetails {
  override readonly name = "StdinRefused";
  readonly code = "StdinRefused";
  readonly data: { prompt: string; reason: keyof typeof STDIN_REFUSALS };
  constructor(prompt: string, reason: keyof typeof STDIN_REFUSALS) {
    super(STDIN_REFUSALS[reason]);
    this.data = { prompt, reason };
  }
}

const STDIN_REFUSALS = {
  notAllowed:
    "The cell asked for input, but what runs it cannot ask anybody (allow_stdin is false): run it in a notebook or console, or write the value in the code.",
  noCell:
    "Input was asked for by code whose cell does not run: ask within a cell, and await the answer there.",
  closed: "The input was closed without an answer: run the cell again and answer it.",
} as const;

/** Something that needs a kernel was used in a process without one. */
export class NoKernel extends Error implements ErrorDetails {
  override readonly name = "NoKernel";
  readonly code = "NoKernel";
  readonly data: { what: string };
  constructor(what: string) {
    super(`${what} needs a Jupyter kernel, and this process is none: run it in a notebook.`);
    this.data = { what };
  }
}

/** A comm was used after it was closed, by either side. */
export class CommClosed extends Error implements ErrorDetails {
  override readonly name = "CommClosed";
  readonly code = "CommClosed";
  readonly data: { commId: string; targetName: string };
  constructor(commId: string, targetName: string) {
    super(`The comm ${commId} of ${targetName} is closed: open a new one to send.`);
    this.data = { commId, targetName };
  }
}

/** Code was stopped by the user. */
export class Interrupted extends Error implements ErrorDetails {
  override readonly name = "Interrupted";
  readonly code = "Interrupted";
  readonly data = {};
  constructor() {
    super("The cell was interrupted. Its variables are kept.");
  }
}

/** A cell filled the memory that JavaScript has in this process. */
export class MemoryExhausted extends Error implements ErrorDetails {
  override readonly name = "MemoryExhausted";
  readonly code = "MemoryExhausted";
  readonly data: { usedBytes: number; limitBytes: number };
  constructor(usedBytes: number, limitBytes: number) {
    const [used, limit] = [usedBytes, limitBytes].map((bytes) => (bytes / 2 ** 30).toFixed(1));
    super(
      `The cell was stopped at ${used} of ${limit} GB of JavaScript's memory: drop what it no longer needs, or keep large data in typed arrays.`,
    );
    this.data = { usedBytes, limitBytes };
  }
}

/** A command of a cell's magic line ended with an error. */
export class CommandFailed extends Error implements ErrorDetails {
  override readonly name = "CommandFailed";
  readonly code = "CommandFailed";
  readonly data: { command: string; status: number | string };
  constructor(command: string, status: number | string) {
    super(
      `"${command}" ended with ${status}: see what it printed above. The cell's code did not run.`,
    );
    this.data = { command, status };
  }
}

/** A cell, or a library it uses, tried to end the kernel's process. */
export class ExitRefused extends Error implements ErrorDetails {
  override readonly name = "ExitRefused";
  readonly code = "ExitRefused";
  readonly data: { call: string };
  constructor(call: string) {
    super(
      `${call} was refused, the kernel stays alive: use Restart or Shut Down in the Kernel menu.`,
    );
    this.data = { call };
  }
}

/** One finding of the TypeScript compiler, in the cell's own lines. */
export interface Finding {
  /** TypeScript's number, such as 2322; 0 for none. */
  code: number;
  message: string;
  /** From 1; 0 when the finding has no place. */
  line: number;
  /** From 1. */
  column: number;
  /** UTF-16 units, at least 1. */
  length: number;
  /** Whether the code cannot even be parsed. */
  syntax: boolean;
}

/** A cell that TypeScript does not accept; it was not run. */
export class CellInvalid extends Error implements ErrorDetails {
  override readonly name: string;
  readonly code = "CellInvalid";
  readonly data: { cell: string; findings: Finding[] };
  constructor(cell: string, findings: Finding[]) {
    const first = findings[0];
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
    super(first ? `Line ${first.line}: ${first.message}${more}` : "TypeScript refused the cell.");
    this.name = first?.syntax ? "SyntaxError" : "TypeScriptError";
    this.data = { cell, findings };
  }
}
