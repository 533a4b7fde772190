import type { Kernel } from "./kernel.js";

// On globalThis, so that two copies of this module in one process agree.
const KEY = Symbol.for("forkpoint.kernel");

const holder = globalThis as { [KEY]?: Kernel };

/**
 * The kernel of this process; null in a plain script.
 *
 * @example currentKernel()?.display({ "text/plain": "hello" })
 */
export function currentKernel(): Kernel | null {
  return holder[KEY] ?? null;
}

/**
 * Makes a kernel the one of this process.
 *
 * @example setCurrentKernel(kernel)
 */
export function setCurrentKernel(kernel: Kernel): void {
  holder[KEY] = kernel;
}
