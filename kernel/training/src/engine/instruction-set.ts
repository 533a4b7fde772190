import { readFileSync } from "node:fs";

/**
 * oneDNN's instruction sets on x86-64, the narrowest first, each with the marks of /proc/cpuinfo that
 * it takes beside those of its `base`. oneDNN uses the widest that the processor has, or that
 * ONEDNN_MAX_CPU_ISA allows, and rounds differently with each.
 */
const sets: { name: string; base: string | null; marks: string[] }[] = [
  { name: "sse41", base: null, marks: ["sse4_1"] },
  { name: "avx", base: "sse41", marks: ["avx"] },
  { name: "avx2", base: "avx", marks: ["avx2", "fma"] },
  { name: "avx2_vnni", base: "avx2", marks: ["avx_vnni"] },
  {
    ...{ name: "avx512_core", base: "avx2" },
    marks: ["avx512f", "avx512bw", "avx512vl", "avx512dq"],
  },
  { name: "avx512_core_vnni", base: "avx512_core", marks: ["avx512_vnni"] },
  { name: "avx512_core_bf16", base: "avx512_core_vnni", marks: ["avx512_bf16"] },
  { name: "avx512_core_fp16", base: "avx512_core_bf16", marks: ["avx512_fp16", "avx_vnni"] },
  {
    ...{ name: "avx512_core_amx", base: "avx512_core_fp16" },
    marks: ["amx_tile", "amx_int8", "amx_bf16"],
  },
];

const variable = "ONEDNN_MAX_CPU_ISA";

/**
 * The instruction sets that a processor with these marks can use, the narrowest first, none wider
 * than `cap` (a value of ONEDNN_MAX_CPU_ISA).
 *
 * @example instructionSets(new Set(["sse4_1", "avx"])) // ["sse41", "avx"]
 */
export function instructionSets(marks: ReadonlySet<string>, cap?: string): string[] {
  const usable: string[] = [];
  for (const { name, base, marks: needed } of sets) {
    const has = (base === null || usable.includes(base)) && needed.every((it) => marks.has(it));
    if (has) usable.push(name);
  }
  const last = sets.findIndex(({ name }) => name.toUpperCase() === cap?.toUpperCase());
  if (last === -1) return usable;
  return usable.filter((name) => sets.findIndex((it) => it.name === name) <= last);
}

/**
 * The instruction set that oneDNN uses in this process: the last of those it may; "default" where
 * that cannot be known.
 *
 * @example instructionSetHere() // "avx512_core"
 */
export function instructionSetHere(): string {
  return instructionSets(marksHere(), process.env[variable]).at(-1) ?? "default";
}

/**
 * Makes this process use the instruction set that a state was made with, so that steps made again
 * come out bit for bit; the processor may have a wider one. Only before TensorFlow is loaded, which
 * asks once, and only where nobody else has chosen. To be called in the main thread: a worker's
 * environment is a copy.
 *
 * @param recorded the instruction set of an engine's identity
 * @returns whether steps come out with that instruction set now
 * @example useInstructionSet("avx2")
 */
export function useInstructionSet(recorded: string): boolean {
  if (recorded === instructionSetHere()) return true;
  const possible = instructionSets(marksHere()).includes(recorded);
  if (!possible || process.env[variable] !== undefined || tensorflowIsLoaded()) return false;
  process.env[variable] = recorded.toUpperCase();
  return true;
}

function marksHere(): Set<string> {
  const line = /^flags\s*:(.*)$/m.exec(readOr("/proc/cpuinfo"))?.[1] ?? "";
  return new Set(line.trim().split(/\s+/));
}

function tensorflowIsLoaded(): boolean {
  return readOr("/proc/self/maps").includes("libtensorflow_cc");
}

// Only Linux tells; the native engine runs nowhere else.
function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
