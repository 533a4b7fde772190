/** A point with a name. */
export interface Point {
  name: string;
  x: number;
}
/** Makes a point. */
export function point(name: string, x: number): Point;
/** How often this module was loaded in the process. */
export const loads: number;
/** Shows HTML in the cell. */
export function showHtml(html: string, options?: { displayId?: string; update?: boolean }): void;
/** Empties the cell's output. */
export function clear(wait?: boolean): void;
/** Shows a text in a console's pager. */
export function page(text: string): void;
/** A value that takes a moment to show itself. */
export function slowly(text: string): object;
/** A widget with a binary value. */
export function widget(bytes: Uint8Array): {
  modelId: string;
  state: Readonly<{ value: number; bytes: Uint8Array; [key: string]: unknown }>;
  set(patch: Record<string, unknown>, options?: { silent?: boolean }): void;
  send(content: object, buffers?: Uint8Array[]): void;
  onMessage(listener: (content: unknown, buffers: Uint8Array[]) => void): () => void;
  onChange(listener: (patch: Record<string, unknown>) => void): () => void;
  close(): void;
};
/** Answers every message on the comm target "echo" with its data and its buffers reversed. */
export function serveEcho(): void;
/** Throws from within this module. */
export function fail(message: string): never;
