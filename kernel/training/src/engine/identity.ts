/**
 * What decides the bits of a result beside the state itself. Training continues exactly only on an
 * engine with the same identity; on another it continues, but not exactly.
 */
export interface EngineIdentity {
  backend: "native" | "wasm" | "js";
  library: string;
  /** The digest of the pinned wheel, null for engines that npm carries. */
  digest: string | null;
  /** Whether steps run as one graph, or op by op. */
  mode: "compiled" | "eager";
  /** The digest of our own addon's sources, whose kernels a compiled step uses; null when eager. */
  addon: string | null;
  arch: string;
  /**
   * The instruction set that oneDNN uses, for example "avx512_core"; "any" where results do not
   * depend on it; "default" where it is not known, as in stores of earlier versions.
   */
  isa: string;
  tfjs: string;
}

const words: Record<keyof EngineIdentity, string> = {
  backend: "backend",
  library: "library",
  digest: "build of the library",
  mode: "mode",
  addon: "addon",
  arch: "processor",
  isa: "instruction set",
  tfjs: "version of tfjs",
};

/**
 * What differs between two stored identities, in plain words; empty when the one gives the bits of
 * the other, as far as is known.
 *
 * @example identityDifferences(then, now) // ["instruction set (avx512_core then, avx2 now)"]
 */
export function identityDifferences(then: string, now: string): string[] {
  const [before, after] = [then, now].map((text) => JSON.parse(text) as Partial<EngineIdentity>);
  return (Object.keys(words) as (keyof EngineIdentity)[]).flatMap((key) => {
    const [one, other] = [before![key] ?? "none", after![key] ?? "none"];
    const unknown = key === "isa" && [one, other].includes("default");
    return one === other || unknown ? [] : [`${words[key]} (${one} then, ${other} now)`];
  });
}

/** The canonical JSON text of an identity, as it is stored with runs and checkpoints. */
export function identityText(identity: EngineIdentity): string {
  return JSON.stringify(identity, Object.keys(identity).sort());
}
