import type { CommExtras } from "../comms/comm.js";
import type { Header } from "../wire/header.js";
import type { Message } from "../wire/message.js";
import type { ToIo } from "./link.js";

/** The way out of main: plain contents become JSON text, buffers are handed over. */
export interface Outbox {
  publish(msgType: string, content: object, parent: Header | null, extras?: CommExtras): void;
  reply(request: Message, content: object, metadata?: object): void;
  print(name: "stdout" | "stderr", text: string, parent: Header | null): void;
}

/**
 * Makes main's way out.
 *
 * @example outbox.publish("status", { execution_state: "busy" }, request.header);
 */
export function createOutbox(post: (message: ToIo, transfer?: ArrayBuffer[]) => void): Outbox {
  return {
    publish(msgType, content, parent, { metadata = {}, buffers = [] } = {}) {
      const bytes = buffers.map(copyOf);
      post(
        {
          kind: "publish",
          msgType,
          contentText: JSON.stringify(content),
          metadataText: JSON.stringify(metadata),
          parent,
          buffers: bytes,
        },
        bytes.map(({ buffer }) => buffer),
      );
    },
    reply(request, content, metadata = {}) {
      post({
        kind: "reply",
        idents: request.idents,
        parent: request.header,
        contentText: JSON.stringify(content),
        metadataText: JSON.stringify(metadata),
      });
    },
    print: (name, text, parent) => post({ kind: "stream", name, text, parent }),
  };
}

// A view may be a small part of much memory, and is its owner's to change afterwards.
function copyOf(buffer: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  return Uint8Array.from(view);
}
