import type { Header } from "./header.js";

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

/** A message to send. Content and metadata are JSON text, so that only one thread stringifies them. */
export interface Outgoing {
  idents: Uint8Array[];
  header: Header;
  parent: Header | null;
  metadataText: string;
  contentText: string;
  buffers: Uint8Array[];
}
