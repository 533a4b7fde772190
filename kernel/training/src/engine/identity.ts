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
  /** The cap on instruction sets given to oneDNN, or "default". */
  isa: string;
  tfjs: string;
}

/** The canonical JSON text of an identity, as it is stored with runs and checkpoints. */
export function identityText(identity: EngineIdentity): string {
  return JSON.stringify(identity, Object.keys(identity).sort());
}
