import { parseReply, WireInvalid, type Binary, type Reply, type ReplyDone } from "@forkpoint/wire";

/** A reply with the bytes that came beside it. */
export type Answer = ReplyDone & { buffers: readonly Binary[] };

/**
 * What the page asked of the kernel did not happen. `code` is the kernel's error code, or `Offline`.
 *
 * @example if (error instanceof RequestFailed && error.code === "NameTaken") offerReplace();
 */
export class RequestFailed extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "RequestFailed";
    this.code = code;
  }
}

interface Waiting {
  resolve(reply: Answer): void;
  reject(error: RequestFailed): void;
}

/** Requests under way, by id. */
export interface Requests {
  /** Makes an id and a promise for its reply. */
  open(): { id: string; reply: Promise<Answer> };
  /** Settles the request a reply belongs to; replies to other pages are ignored. */
  settle(content: { id?: unknown }, buffers?: readonly Binary[]): void;
  /** Fails everything under way. */
  fail(code: string, message: string): void;
}

/**
 * Keeps track of requests. Ids are random, since several pages may share one kernel.
 *
 * @example const { id, reply } = requests.open(); send({ id, action: "pause" }); await reply;
 */
export function createRequests(): Requests {
  const waiting = new Map<string, Waiting>();
  return {
    open() {
      const id = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join(
        "",
      );
      const reply = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }));
      return { id, reply };
    },
    settle(content, buffers = []) {
      const request = waiting.get(content.id as string);
      if (!request) return;
      waiting.delete(content.id as string);
      const reply = readReply(content);
      if (reply.ok) request.resolve({ ...reply, buffers });
      else request.reject(new RequestFailed(reply.error.code, reply.error.message));
    },
    fail(code, message) {
      for (const request of waiting.values()) request.reject(new RequestFailed(code, message));
      waiting.clear();
    },
  };
}

function readReply(content: unknown): Reply {
  try {
    return parseReply(content);
  } catch (error) {
    if (!(error instanceof WireInvalid)) throw error;
    return { kind: "reply", id: "", ok: false, error };
  }
}
