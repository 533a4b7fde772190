import { fileURLToPath } from "node:url";
import type { KernelPackage } from "../../evaluate/module-loader.js";

/**
 * The packages that every kernel gives its cells: the display functions, and tslab's interface.
 *
 * @example Object.keys(cellPackages()) // ["@forkpoint/display", "tslab"]
 */
export function cellPackages(): Record<string, KernelPackage> {
  return {
    "@forkpoint/display": {
      directory: folderOf("display"),
      load: () => import("./cell-module.js"),
    },
    tslab: { directory: folderOf("tslab"), load: () => import("./tslab.js") },
  };
}

function folderOf(name: string): string {
  return fileURLToPath(new URL(`../../../cells/${name}`, import.meta.url));
}
