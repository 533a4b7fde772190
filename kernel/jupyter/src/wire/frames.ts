import type { Header } from "./header.js";
import type { Message, Outgoing } from "./message.js";
import type { Signer } from "./signature.js";

const DELIMITER = Buffer.from("<IDS|MSG>", "latin1");
const JSON_FRAMES = 4;

/** Why a message from the network was dropped. */
export class FramesRejected extends Error {
  override readonly name = "FramesRejected";
  readonly code = "FramesRejected";
  readonly data: { reason: string };
  constructor(reason: string) {
    super(`A message was dropped: ${reason}.`);
    this.data = { reason };
  }
}

/**
 * Writes a message as the frames that go over a socket.
 *
 * @example await socket.send(encodeFrames(signer, message))
 */
export function encodeFrames(signer: Signer, message: Outgoing): Uint8Array[] {
  const json = [
    JSON.stringify(message.header),
    JSON.stringify(message.parent ?? {}),
    message.metadataText,
    message.contentText,
  ].map((text) => Buffer.from(text, "utf8"));
  const signature = Buffer.from(signer.sign(json), "latin1");
  return [...message.idents, DELIMITER, signature, ...json, ...message.buffers];
}

/**
 * Reads the frames of a message. The signature is checked over the received bytes, before
 * anything is parsed.
 *
 * @throws {FramesRejected} when frames are missing, the signature is wrong or the JSON is no message
 * @example decodeFrames(signer, frames).header.msg_type // "execute_request"
 */
export function decodeFrames(signer: Signer, frames: readonly Uint8Array[]): Message {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) throw new FramesRejected("it has no delimiter");
  const signature = frames[at + 1];
  const json = frames.slice(at + 2, at + 2 + JSON_FRAMES);
  if (signature === undefined || json.length < JSON_FRAMES) {
    throw new FramesRejected("it has too few frames");
  }
  if (!signer.verify(signature, json)) throw new FramesRejected("its signature is wrong");
  const [header, parent, metadata, content] = json.map(parseObject);
  if (typeof header?.["msg_type"] !== "string" || typeof header["msg_id"] !== "string") {
    throw new FramesRejected("its header has no msg_type or msg_id");
  }
  return {
    idents: frames.slice(0, at).map(copyOf),
    header: header as unknown as Header,
    parent: parent as Partial<Header>,
    metadata: metadata!,
    content: content!,
    buffers: frames.slice(at + 2 + JSON_FRAMES).map(copyOf),
  };
}

function parseObject(frame: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString("utf8"));
  } catch (error) {
    throw new FramesRejected(`a frame is no JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FramesRejected("a frame is no JSON object");
  }
  return value as Record<string, unknown>;
}

// ZeroMQ's frames lie in memory of its own that no other thread can be handed: copy them once.
function copyOf(frame: Uint8Array): Uint8Array {
  return Uint8Array.from(frame);
}
