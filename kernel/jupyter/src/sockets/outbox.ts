import type { CommExtras } from "../comms/comm.js";
import type { Header } from "../wire/header.js";
import { NO_PARENT, type Message } from "../wire/message.js";
import type { ToIo } from "./link.js";

/** The way out of main: plain contents become JSON text, buffers are handed over. */
export interface Outbox {
  publish(msgType: string, content: object, parent: Header | null, extras?: CommExtras): void;
  reply(request: Message, content: object, metadata?: object): void;
  print(name: "stdout" | "stderr", text: string, parent: Header | null): void;
  /** Asks the client that sent a request for input. */
  ask(id: number, request: Message, content: object): void;
  /** Takes back what was asked. */
  unask(): void;
  /** Keeps what comes now until {@link release}: one hand-over costs the threads less than five. */
  hold(): void;
  release(): void;
}

/**
 * Makes main's way out.
 *
 * @example outbox.publish("status", { execution_state: "busy" }, request.header);
 */
export function createOutbox(
  postNow: (message: ToIo | ToIo[], transfer?: ArrayBuffer[]) => void,
): Outbox {
  const parentTexts = new WeakMap<Header, string>();
  let stream: { name: string; parent: Header | null } | null = null;
  let held: ToIo[] | null = null;
  let transfers: ArrayBuffer[] = [];

  function post(message: ToIo, transfer: ArrayBuffer[] = []): void {
    if (!held) return postNow(message, transfer);
    held.push(message);
    transfers.push(...transfer);
  }

  function textOf(parent: Header | null): string {
    if (!parent) return NO_PARENT;
    let text = parentTexts.get(parent);
    if (text === undefined) parentTexts.set(parent, (text = JSON.stringify(parent)));
    return text;
  }

  function send(message: ToIo, transfer?: ArrayBuffer[]): void {
    stream = null;
    post(message, transfer);
  }

  return {
    publish(msgType, content, parent, { metadata = {}, buffers = [] } = {}) {
      const bytes = buffers.map(copyOf);
      send(
        {
          kind: "publish",
          msgType,
          contentText: JSON.stringify(content),
          metadataText: JSON.stringify(metadata),
          parentText: textOf(parent),
          buffers: bytes,
        },
        bytes.map(({ buffer }) => buffer),
      );
    },
    reply(request, content, metadata = {}) {
      send({
        kind: "reply",
        msgType: request.header.msg_type,
        idents: request.idents,
        parentText: textOf(request.header),
        contentText: JSON.stringify(content),
        metadataText: JSON.stringify(metadata),
      });
    },
    print(name, text, parent) {
      // A bare string costs a quarter of an object with a header in it.
      if (stream?.name === name && stream.parent === parent) post(text);
      else {
        send({ kind: "stream", name, text, parentText: textOf(parent) });
        stream = { name, parent };
      }
    },
    ask(id, request, content) {
      send({
        kind: "ask",
        id,
        idents: request.idents,
        parentText: textOf(request.header),
        contentText: JSON.stringify(content),
      });
    },
    unask: () => send({ kind: "unask" }),
    hold() {
      held ??= [];
    },
    release() {
      const [messages, buffers] = [held ?? [], transfers];
      held = null;
      transfers = [];
      if (messages.length > 0) postNow(messages, buffers);
    },
  };
}

// A view may be a small part of much memory, and is its owner's to change afterwards.
function copyOf(buffer: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  return Uint8Array.from(view);
}
