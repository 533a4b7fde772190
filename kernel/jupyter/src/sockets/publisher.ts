import { encodeFrames } from "../wire/frames.js";
import { createHeader, type Header } from "../wire/header.js";
import type { Signer } from "../wire/signature.js";
import type { SendQueue } from "./send-queue.js";

/** How long printed text is gathered before it leaves, in milliseconds. */
const GATHER_MS = 15;

/** Text beyond this many characters leaves at once. */
const GATHER_LENGTH = 256 * 1024;

/** One message for every client. */
export interface Publication {
  msgType: string;
  contentText: string;
  metadataText?: string;
  parent: Header | null;
  buffers?: Uint8Array[];
}

/** Publishes on iopub: everything in order, printed text gathered into few messages. */
export interface Publisher {
  publish(publication: Publication): void;
  stream(name: "stdout" | "stderr", text: string, parent: Header | null): void;
  status(state: "starting" | "busy" | "idle", parent: Header | null): void;
  /** Sends the text gathered so far. */
  flush(): void;
}

/**
 * Makes the publisher of a kernel.
 *
 * @example publisher.status("busy", request.header);
 */
export function createPublisher(queue: SendQueue, signer: Signer, session: string): Publisher {
  let gathered: { name: string; parent: Header | null; parts: string[]; length: number } | null =
    null;
  let timer: NodeJS.Timeout | null = null;

  function send(publication: Publication): void {
    queue.send(
      encodeFrames(signer, {
        idents: [Buffer.from(publication.msgType, "latin1")],
        header: createHeader(publication.msgType, session),
        parent: publication.parent,
        metadataText: publication.metadataText ?? "{}",
        contentText: publication.contentText,
        buffers: publication.buffers ?? [],
      }),
    );
  }

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!gathered) return;
    const { name, parent, parts } = gathered;
    gathered = null;
    const contentText = JSON.stringify({ name, text: parts.join("") });
    send({ msgType: "stream", contentText, parent });
  }

  return {
    publish(publication) {
      flush();
      send(publication);
    },
    stream(name, text, parent) {
      if (gathered && (gathered.name !== name || gathered.parent?.msg_id !== parent?.msg_id)) {
        flush();
      }
      gathered ??= { name, parent, parts: [], length: 0 };
      gathered.parts.push(text);
      gathered.length += text.length;
      if (gathered.length > GATHER_LENGTH) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    status(state, parent) {
      flush();
      send({
        msgType: "status",
        contentText: JSON.stringify({ execution_state: state }),
        parent,
      });
    },
    flush,
  };
}
