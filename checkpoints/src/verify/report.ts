/** What a fault concerns. */
export type Part = "catalog" | "sessions" | "checkpoints" | "packs" | "blobs" | "rows" | "files";

/** Something that is not as it should be. */
export interface Fault {
  part: Part;
  /** A word for programs: `tensor_damaged`, `catalog_missing`, … */
  code: string;
  /** The ids or files concerned. */
  subjects: string[];
  /** What is wrong: one sentence. */
  what: string;
  /** What cannot be done because of it: one sentence. */
  consequence: string;
  /** What to do: one sentence. */
  remedy: string;
  /** Whether `repair` mends it. */
  repairable: boolean;
}

/** How far a verification is. */
export interface VerifyProgress {
  part: Part;
  done: number;
  total: number;
  /** Bytes read and checked so far, and in all. */
  bytes: number;
  totalBytes: number;
}

/** What a verification found. */
export interface VerifyReport {
  store: string;
  /** Nothing is wrong (any more). */
  ok: boolean;
  counts: Record<"sessions" | "runs" | "checkpoints" | "packs" | "blobs" | "files", number>;
  /** Read and checked. */
  bytes: number;
  faults: Fault[];
  /** What `repair` did, one sentence each. */
  repaired: string[];
}

/** Collects what is found. */
export interface Findings {
  faults: Fault[];
  add(fault: Omit<Fault, "repairable"> & { repairable?: boolean }): void;
  /** Checkpoints that cannot be restored. */
  damaged: Set<string>;
  bytes: number;
  progress(part: Part, done: number, total: number): void;
}

/** An empty list of findings. @example newFindings(() => {}, 0).faults */
export function newFindings(
  onProgress: (progress: VerifyProgress) => void,
  totalBytes: number,
): Findings {
  const findings: Findings = {
    faults: [],
    damaged: new Set(),
    bytes: 0,
    add: (fault) => void findings.faults.push({ repairable: false, ...fault }),
    progress: (part, done, total) =>
      onProgress({ part, done, total, bytes: findings.bytes, totalBytes }),
  };
  return findings;
}

/** A count with its noun. @example counted(1, "session") // "1 session" */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A list in a sentence, cut short. @example listed(["a", "b", "c", "d"], 2) // "a, b and 2 more" */
export function listed(items: readonly string[], most = 4): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(", ")} and ${rest} more` : items.join(", ");
}
