import { encodeFrames } from "../wire/frames.js";
import { createHeader } from "../wire/header.js";
import { NO_PARENT } from "../wire/message.js";
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
  parentText: string;
  buffers?: Uint8Array[];
  /** What subscribers choose by; made of the type if left out. */
  topic?: string;
}

/** Publishes on iopub: everything in order, printed text gathered into few messages. */
export interface Publisher {
  publish(publication: Publication): void;
  stream(name: "stdout" | "stderr", text: string, parentText: string): void;
  /** More text for the stream of the call before. */
  streamOn(text: string): void;
  status(state: "starting" | "busy" | "idle", parentText: string): void;
  /** Tells a client that its subscription is heard from now on. */
  welcome(subscription: string): void;
  /** Sends the text gathered so far. */
  flush(): void;
}

/**
 * Makes the publisher of a kernel.
 *
 * @example publisher.status("busy", JSON.stringify(request.header));
 */
export function createPublisher(queue: SendQueue, signer: Signer, session: string): Publisher {
  let current: { name: "stdout" | "stderr"; parentText: string } = {
    name: "stdout",
    parentText: NO_PARENT,
  };
  let parts: string[] = [];
  let length = 0;
  let timer: NodeJS.Timeout | null = null;

  function send({ msgType, topic, ...publication }: Publication): void {
    queue.send(
      encodeFrames(signer, {
        idents: [Buffer.from(topic ?? `kernel.${session}.${msgType}`, "utf8")],
        header: createHeader(msgType, session),
        parentText: publication.parentText,
        metadataText: publication.metadataText ?? "{}",
        contentText: publication.contentText,
        buffers: publication.buffers ?? [],
      }),
    );
  }

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (length === 0) return;
    const { name, parentText } = current;
    const contentText = JSON.stringify({ name, text: parts.join("") });
    parts = [];
    length = 0;
    send({ msgType: "stream", topic: `stream.${name}`, contentText, parentText });
  }

  function streamOn(text: string): void {
    parts.push(text);
    length += text.length;
    if (length > GATHER_LENGTH) flush();
    else timer ??= setTimeout(flush, GATHER_MS);
  }

  return {
    publish(publication) {
      flush();
      send(publication);
    },
    stream(name, text, parentText) {
      if (current.name !== name || current.parentText !== parentText) {
        flush();
        current = { name, parentText };
      }
      streamOn(text);
    },
    streamOn,
    status(state, parentText) {
      flush();
      const contentText = JSON.stringify({ execution_state: state });
      send({ msgType: "status", contentText, parentText });
    },
    welcome(subscription) {
      send({
        msgType: "iopub_welcome",
        // The only topic that such a subscriber surely hears.
        topic: subscription === "" ? "iopub_welcome" : subscription,
        contentText: JSON.stringify({ subscription }),
        parentText: NO_PARENT,
      });
    },
    flush,
  };
}
