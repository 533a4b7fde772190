import { StoreError } from "./store-error.js";

/** A part in C++ could not be compiled; everything works without it, only slower. */
export class AddonNotCompiled extends StoreError {
  constructor(data: { addon: string; output: string }, options?: ErrorOptions) {
    const tail = data.output.split("\n").slice(-6).join("\n");
    super(
      "AddonNotCompiled",
      `${data.addon} could not be compiled; install g++ (Debian: apt-get install g++) and run "npx forkpoint install" again.\n${tail}`,
      data,
      options,
    );
  }
}
