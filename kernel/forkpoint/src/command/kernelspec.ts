import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const kernelMain = fileURLToPath(new URL("../kernel/main.js", import.meta.url));
const logo = fileURLToPath(new URL("../../assets/logo-svg.svg", import.meta.url));

/** What Jupyter starts the kernel by. Absolute paths, so that it works from any folder and editor. */
export function kernelspec(): object {
  return {
    // Node lets the young generation of each thread grow to 192 MB; a small one is as fast here.
    argv: [process.execPath, "--max-semi-space-size=8", kernelMain, "{connection_file}"],
    display_name: "TypeScript (Forkpoint)",
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: "5.5",
    metadata: { debugger: true },
  };
}

/** Writes the kernelspec "forkpoint" under a prefix and returns its folder. */
export function installKernelspec(prefix: string): string {
  const folder = join(prefix, "share", "jupyter", "kernels", "forkpoint");
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, "kernel.json"), `${JSON.stringify(kernelspec(), null, 2)}\n`);
  cpSync(logo, join(part, "logo-svg.svg"));
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return folder;
}

/** What is wrong with the installed kernelspec, or null. */
export function kernelspecFault(prefix: string): string | null {
  const path = join(prefix, "share", "jupyter", "kernels", "forkpoint", "kernel.json");
  if (!existsSync(path)) return `not installed in ${prefix}`;
  const found = JSON.parse(readFileSync(path, "utf8")) as { argv: string[] };
  const missing = found.argv.find((part) => isAbsolute(part) && !existsSync(part));
  if (missing) return `names ${missing}, which is gone`;
  if (found.argv.includes(kernelMain)) return null;
  return `belongs to another copy of Forkpoint (${found.argv.find(isAbsolute)})`;
}
