import { parentPort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import { checkedFiles } from "./checked-read.js";
import { readSome } from "./readers.js";
import type { ReadMessage, ReadRequest, Taken } from "./readers.js";

// Reads and checks stretches of files: to memory that the caller sees too, to new memory that is handed over,
// or to none.
const port = parentPort!;
const tell = (message: ReadMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

// Read at once: as many stretches as keep the lanes of a thread filled.
const COUNT = 3;
const BYTES = 2 << 20;

port.on("message", ({ stretches, into, next }: ReadRequest) => {
  const files = checkedFiles();
  // Whoever is free takes the next.
  const takeSome = (): number[] => {
    const taken: number[] = [];
    for (let bytes = 0; taken.length < COUNT || bytes < BYTES;) {
      const at = Atomics.add(next, 0, 1);
      if (at >= stretches.length) break;
      taken.push(at);
      bytes += stretches[at]!.length;
    }
    return taken;
  };
  const read: Taken[] = [];
  try {
    for (let taken = takeSome(); taken.length > 0; taken = takeSome()) {
      const places = Array.isArray(into) ? taken.map((at) => into[at]!) : into;
      const given = taken.map((at) => stretches[at]!);
      const some = readSome(files, given, places);
      read.push(...some.map((stretch, place): Taken => [taken[place]!, stretch]));
    }
    const transfer = read.flatMap(([, { bytes }]) => (bytes ? [bytes.buffer as ArrayBuffer] : []));
    tell({ kind: "done", read }, transfer);
  } catch (error) {
    tell({ kind: "failed", error: errorToWire(error) });
  } finally {
    files.close();
  }
});
