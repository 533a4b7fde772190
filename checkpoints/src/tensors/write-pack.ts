import type { CheckpointRow, KnownHistory } from "../catalog/checkpoints.js";
import { snapshot } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { getSession, sessionAsMade } from "../catalog/sessions.js";
import { findTensor } from "../catalog/stored-tensors.js";
import type { StoredTensor } from "../catalog/stored-tensors.js";
import { FILE_BLOCK, growFile } from "../files/growing-file.js";
import { layOutPack } from "./pack.js";
import type { HashedTensor, PackDescription, PackLayout, TensorBytes } from "./pack.js";
import { packHistory } from "./pack-history.js";
import { sha256 } from "../hashing/digests.js";
import { hashAhead } from "../hashing/hash-ahead.js";
import type { HashesAhead } from "../hashing/hash-ahead.js";
import { stateDocument, stateText } from "./state.js";
import type { StateInput } from "./state.js";

/** The pack of one save, to be written: plain data, for it may cross to another thread. */
export interface PackToWrite {
  /** The `.forkpoint` folder. */
  store: string;
  /** Its file, not there yet. */
  file: string;
  id: string;
  /** The lease of its writer. */
  writer: string;
  checkpoint: Omit<CheckpointRow, "bytes" | "digest">;
  known: KnownHistory;
  model: { id: string; name: string; trainLoss: number | null } | null;
  state: StateInput;
}

/** A pack that the disk has. */
export interface WrittenPack {
  /** Of the whole file. */
  bytes: number;
  /** The tensors that it holds. */
  stored: StoredTensor[];
  /** sha256 of all tensors of its checkpoint, in the order in which they were given. */
  digests: string[];
  /** The canonical text of the checkpoint's state document, and its sha256. */
  state: string;
  digest: string;
}

/**
 * Writes the pack of one save: hashes the tensors group by group, and while the next is hashed the
 * disk takes the last, unless a pack holds it. The header names all digests, so it comes last, into
 * the room kept for it.
 *
 * @param threads that hash: one is the caller's own, for packs nobody waits for
 * @throws SessionNotFound, OptionInvalid when the state cannot be digested, and the system's error;
 *   then nothing is left
 * @example const { digest } = await writePack(db, pack, tensors, 2);
 */
export async function writePack(
  db: Catalog,
  pack: PackToWrite,
  tensors: readonly TensorBytes[],
  threads: 1 | 2,
): Promise<WrittenPack> {
  const contents = tensors.map(({ bytes }) => bytes);
  const hashes = hashAhead(contents, threads);
  try {
    return await writeHashed(db, pack, tensors, hashes);
  } finally {
    await hashes.end();
  }
}

async function writeHashed(
  db: Catalog,
  pack: PackToWrite,
  tensors: readonly TensorBytes[],
  hashes: HashesAhead,
): Promise<WrittenPack> {
  const { file, id, state: input } = pack;
  const subject = subjectOf(db, pack);
  // Digests are all of one length, and a tensor that is not stored here mostly takes less room.
  const stand = (tensor: TensorBytes, at: number): HashedTensor => {
    return { ...tensor, sha256: String(at).padStart(64, "0") };
  };
  let state = "";
  let digest = "";
  const describe = (of: readonly HashedTensor[]): PackDescription => {
    const document = stateDocument(pack.checkpoint.step, of, input);
    state = stateText(document);
    digest = sha256(state);
    return {
      ...{ ...subject, checkpoint: { ...pack.checkpoint, digest } },
      ...{ state: document, configs: input.configs, engine: input.engine },
    };
  };
  const guess = tensors.map(stand);
  let { header } = layOutPack(id, guess, () => null, describe(guess), 0);
  const most = tensors.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  const places = new Map<string, StoredTensor | null>();
  for (;;) {
    const begin = Math.ceil(header.byteLength / FILE_BLOCK) * FILE_BLOCK;
    const hashed: HashedTensor[] = [];
    let layout!: PackLayout;
    const made = await growFile(file, begin, most, async (append) => {
      const here = new Set<string>();
      for (const [at, tensor] of tensors.entries()) {
        const of = await hashes.digest(at);
        hashed.push({ ...tensor, sha256: of });
        if (!places.has(of)) places.set(of, findTensor(db, of));
        if (places.get(of) || here.has(of)) continue;
        here.add(of);
        await append(tensor.bytes);
      }
      const where = (of: string): StoredTensor | null => places.get(of)!;
      layout = layOutPack(id, hashed, where, describe(hashed), begin);
      return layout.header.byteLength === begin ? layout.header : null;
    });
    const { bytes, stored } = layout;
    if (made) {
      return { bytes, stored, digests: hashed.map((tensor) => tensor.sha256), state, digest };
    }
    ({ header } = layout);
  }
}

function subjectOf(db: Catalog, { store, writer, checkpoint, known, model }: PackToWrite) {
  const { sessionId, runId } = checkpoint;
  return snapshot(db, () => ({
    ...{ writer, history: packHistory(db, store, sessionId, runId, known) },
    ...{ session: sessionAsMade(getSession(db, sessionId)), model },
  }));
}
