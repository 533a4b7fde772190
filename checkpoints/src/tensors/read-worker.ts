import { parentPort } from "node:worker_threads";
import { errorToWire } from "../errors/error-wire.js";
import { readChecked } from "./checked-read.js";
import type { CheckedStretch } from "./checked-read.js";

// Reads and checks stretches of files; the bytes are handed over, not copied.
const port = parentPort!;
port.on("message", (stretch: CheckedStretch) => {
  try {
    const answer = readChecked(stretch);
    port.postMessage(answer, "bytes" in answer ? [answer.bytes.buffer] : []);
  } catch (error) {
    port.postMessage({ error: errorToWire(error) });
  }
});
