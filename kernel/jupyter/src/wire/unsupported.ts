import type { ErrorContent } from "./error.js";

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
