import { readFields, type Fields } from "../wire/fields.js";

/** A message of the Debug Adapter Protocol, as `debug_request` carries it. */
export interface DapRequest {
  seq: number;
  command: string;
  arguments: Record<string, unknown>;
}

/** The answer, as `debug_reply` carries it. */
export interface DapResponse {
  type: "response";
  seq: number;
  request_seq: number;
  success: boolean;
  command: string;
  /** Why it failed, in a sentence. */
  message?: string;
  body?: object;
}

/** A variable or result; `variablesReference` is 0 for one without parts. */
export interface DapVariable {
  name: string;
  value: string;
  type: string;
  variablesReference: number;
}

/** What the debugger can do beyond the least. */
export const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsEvaluateForHovers: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: [
    { filter: "all", label: "Exceptions", default: false, supportsCondition: false },
  ],
};

/** The arguments of the commands that have some, by their JSON types. */
const ARGUMENTS: Record<string, Fields> = {
  dumpCell: { code: "text" },
  source: { source: "object?" },
  setBreakpoints: { source: "object", breakpoints: "list?" },
  setExceptionBreakpoints: { filters: "list?" },
  scopes: { frameId: "whole" },
  variables: { variablesReference: "whole" },
  evaluate: { expression: "text", frameId: "whole?" },
  richInspectVariables: { variableName: "text", frameId: "whole?" },
  copyToGlobals: { srcVariableName: "text", dstVariableName: "text", srcFrameId: "whole" },
};

/**
 * Reads a request; of which kind its arguments are is seen by {@link readArguments}.
 *
 * @throws {RequestInvalid}
 * @example readRequest({ seq: 1, type: "request", command: "threads" }).command // "threads"
 */
export function readRequest(content: Record<string, unknown>): DapRequest {
  const fields: Fields = { seq: "whole?", command: "text", arguments: "object?" };
  const read = readFields<Partial<DapRequest>>("debug_request", content, fields);
  return { seq: 0, command: "", arguments: {}, ...read };
}

/**
 * Checks the arguments of a command; those that nobody knows are left out.
 *
 * @throws {RequestInvalid}
 * @example readArguments({ seq: 1, command: "scopes", arguments: { frameId: 1 } }).frameId // 1
 */
export function readArguments(request: DapRequest): Record<string, unknown> {
  const { command } = request;
  const fields = Object.hasOwn(ARGUMENTS, command) ? ARGUMENTS[command]! : {};
  return readFields(`debug_request ${command}`, request.arguments, fields);
}
