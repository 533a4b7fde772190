import { parentPort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import { checkedFiles } from "./checked-read.js";
import type { CheckedBytes } from "./checked-read.js";
import type { ReadMessage, ReadRequest } from "./readers.js";

// Reads and checks stretches of files; the bytes are handed over, not copied.
const port = parentPort!;
const tell = (message: ReadMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const BATCH = 2 << 20;

port.on("message", ({ stretches, next }: ReadRequest) => {
  const files = checkedFiles();
  let batch: [number, CheckedBytes][] = [];
  let bytes = 0;
  const send = (): void => {
    const transfer = batch.flatMap(([, read]) => ("bytes" in read ? [read.bytes.buffer] : []));
    tell({ kind: "read", batch }, transfer);
    batch = [];
    bytes = 0;
  };
  try {
    // Whoever is free takes the next.
    for (let at = Atomics.add(next, 0, 1); at < stretches.length; at = Atomics.add(next, 0, 1)) {
      batch.push([at, files.read(stretches[at]!)]);
      bytes += stretches[at]!.length;
      if (bytes >= BATCH) send();
    }
    send();
    tell({ kind: "done" });
  } catch (error) {
    tell({ kind: "failed", error: errorToWire(error) });
  } finally {
    files.close();
  }
});
