import { StringDecoder } from "node:string_decoder";

type Write = typeof process.stdout.write;

/**
 * Makes all that is written to `process.stdout` and `process.stderr` come out in cells.
 *
 * @example captureStdio((name, text) => outputs.print(name, text));
 */
export function captureStdio(print: (name: "stdout" | "stderr", text: string) => void): void {
  for (const name of ["stdout", "stderr"] as const) {
    // Bytes may be cut within a character: the decoder keeps the rest for the next write.
    const decoder = new StringDecoder("utf8");
    const write = (
      chunk: string | Uint8Array,
      encoding?: BufferEncoding | ((error?: Error | null) => void),
      done?: (error?: Error | null) => void,
    ): boolean => {
      print(name, typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk)));
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
    process[name].write = write as Write;
  }
}
