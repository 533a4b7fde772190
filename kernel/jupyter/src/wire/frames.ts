import type { Header } from "./header.js";
import type { Envelope, Message, Outgoing } from "./message.js";
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
    message.parentText,
    message.metadataText,
    message.contentText,
  ].map((text) => Buffer.from(text, "utf8"));
  const signature = Buffer.from(signer.sign(json), "latin1");
  return [...message.idents, DELIMITER, signature, ...json, ...message.buffers];
}

/**
 * Opens what came over a socket: checks the signature over the received bytes before anything is
 * parsed, then reads the header. The rest stays text for the thread that needs it: handing text
 * over is quicker than handing objects over, and cannot fail however deep they are.
 *
 * @throws {FramesRejected} when frames are missing, the signature is wrong or the header is none
 * @example openFrames(signer, frames).header.msg_type // "execute_request"
 */
export function openFrames(signer: Signer, frames: readonly Uint8Array[]): Envelope {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) throw new FramesRejected("it has no delimiter");
  const signature = frames[at + 1];
  const json = frames.slice(at + 2, at + 2 + JSON_FRAMES);
  if (signature === undefined || json.length < JSON_FRAMES) {
    throw new FramesRejected("it has too few frames");
  }
  if (!signer.verify(signature, json)) throw new FramesRejected("its signature is wrong");
  const [headerText, parentText, metadataText, contentText] = json.map(textOf);
  return {
    idents: frames.slice(0, at).map(copyOf),
    header: readHeader(headerText!),
    parentText: parentText!,
    metadataText: metadataText!,
    contentText: contentText!,
    buffers: frames.slice(at + 2 + JSON_FRAMES).map(copyOf),
  };
}

/**
 * Parses the rest of a message.
 *
 * @throws {FramesRejected} when a part is no JSON object
 * @example readEnvelope(envelope).content
 */
export function readEnvelope(envelope: Envelope): Message {
  return {
    idents: envelope.idents,
    header: envelope.header,
    parent: parseObject(envelope.parentText),
    metadata: parseObject(envelope.metadataText),
    content: parseObject(envelope.contentText),
    buffers: envelope.buffers,
  };
}

// A header goes out again as the parent of every answer: it keeps what is plain, at any depth else
// it could be written no more.
function readHeader(text: string): Header {
  const entries = Object.entries(parseObject(text));
  const header = Object.fromEntries(
    entries.filter(([, value]) => value === null || typeof value !== "object"),
  );
  if (typeof header["msg_type"] !== "string" || typeof header["msg_id"] !== "string") {
    throw new FramesRejected("its header has no msg_type or msg_id");
  }
  return header as unknown as Header;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FramesRejected(`a frame is no JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FramesRejected("a frame is no JSON object");
  }
  return value as Record<string, unknown>;
}

function textOf(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString("utf8");
}

// ZeroMQ's frames lie in memory of its own that no other thread can be handed: copy them once.
function copyOf(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(frame);
}
