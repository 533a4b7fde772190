import { RequestInvalid } from "../errors.js";
import { FramesRejected } from "../wire/frames.js";
import type { Envelope } from "../wire/message.js";
import type { Publisher } from "./publisher.js";

/** What serving a request in the I/O thread needs. */
export interface ServiceContext {
  publisher: Publisher;
  reply(request: Envelope, content: object): void;
  /** For whoever runs the server. */
  log(text: string): void;
}

/** Says that a request is answered later; the caller then publishes its idle. */
export const LATER = Symbol("later");

/**
 * Serves one request: busy, the work, idle. A request that is wrong gets an error for an answer.
 *
 * @example serve(context, envelope, () => context.reply(envelope, info));
 */
export function serve(
  { publisher, reply, log }: ServiceContext,
  envelope: Envelope,
  work: () => void | typeof LATER,
): void {
  const parentText = JSON.stringify(envelope.header);
  publisher.status("busy", parentText);
  let later: unknown = null;
  try {
    later = work();
  } catch (error) {
    if (!(error instanceof RequestInvalid || error instanceof FramesRejected)) throw error;
    log(error.message);
    if (error instanceof RequestInvalid) reply(envelope, refusal(error));
  } finally {
    if (later !== LATER) publisher.status("idle", parentText);
  }
}

/**
 * The content of the reply to a request that is wrong.
 *
 * @example refusal(error).status // "error"
 */
export function refusal(error: Error): object {
  return { status: "error", ename: error.name, evalue: error.message, traceback: [error.message] };
}
