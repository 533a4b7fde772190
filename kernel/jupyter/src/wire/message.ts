import type { Header } from "./header.js";

/** A message whose signature is right and whose header is read; the rest is still JSON text. */
export interface Envelope {
  /** The routing frames; an answer starts with them. */
  idents: Uint8Array[];
  header: Header;
  parentText: string;
  metadataText: string;
  contentText: string;
  /** Raw bytes, as they are. */
  buffers: Uint8Array<ArrayBuffer>[];
}

/** A message as it came in, checked and parsed. */
export interface Message<Content = Record<string, unknown>> {
  /** The routing frames; an answer starts with them. */
  idents: Uint8Array[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Content;
  /** Raw bytes, as they are. */
  buffers: Uint8Array[];
}

/** A message to send. Its parts are JSON text, so that only one thread stringifies them. */
export interface Outgoing {
  idents: Uint8Array[];
  header: Header;
  /** `NO_PARENT` for what nobody asked for. */
  parentText: string;
  metadataText: string;
  contentText: string;
  buffers: Uint8Array[];
}

/** The parent header of what nobody asked for. */
export const NO_PARENT = "{}";
