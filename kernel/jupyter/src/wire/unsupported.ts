import type { ErrorContent } from "./error.js";

/** `debug_request`: a message of the Debug Adapter Protocol. */
export interface DebugRequest {
  seq?: number;
  command?: string;
}

/**
 * The `debug_reply` of a kernel that says `debugger: false`: a refusal in the debugger's own terms.
 *
 * @example noDebugger({ seq: 1, command: "debugInfo" }).success // false
 */
export function noDebugger(request: DebugRequest): object {
  return {
    status: "ok",
    type: "response",
    seq: 1,
    request_seq: typeof request.seq === "number" ? request.seq : 0,
    success: false,
    command: typeof request.command === "string" ? request.command : "",
    message: "This kernel has no debugger.",
  };
}

/**
 * The reply to requests about subshells, which this kernel does not announce: comms and questions
 * are served while a cell awaits without them.
 *
 * @example noSubshells().ename // "SubshellsUnsupported"
 */
export function noSubshells(): { status: "error" } & ErrorContent {
  return {
    status: "error",
    ename: "SubshellsUnsupported",
    evalue: "This kernel has no subshells: send the request to the shell channel without one.",
    traceback: [],
  };
}
