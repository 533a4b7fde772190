import { parentPort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import { checkedFiles } from "./checked-read.js";
import type { CheckedBytes } from "./checked-read.js";
import type { ReadMessage, ReadRequest } from "./readers.js";

// Reads and checks stretches of files; the bytes are handed over, not copied.
const port = parentPort!;
const tell = (message: ReadMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

// Read at once, and told at once: as many stretches as keep the lanes of a thread filled.
const COUNT = 3;
const BYTES = 2 << 20;

port.on("message", ({ stretches, next }: ReadRequest) => {
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
  try {
    for (let taken = takeSome(); taken.length > 0; taken = takeSome()) {
      const answers = files.read(taken.map((at) => stretches[at]!));
      const batch = answers.map((answer, place): [number, CheckedBytes] => [taken[place]!, answer]);
      const transfer = answers.flatMap((answer) =>
        "bytes" in answer ? [answer.bytes.buffer] : [],
      );
      tell({ kind: "read", batch }, transfer);
    }
    tell({ kind: "done" });
  } catch (error) {
    tell({ kind: "failed", error: errorToWire(error) });
  } finally {
    files.close();
  }
});
