import type { CheckpointRow, KnownHistory } from "../catalog/checkpoints.js";
import { snapshot } from "../catalog/connection.js";
import type { Catalog } from "../catalog/connection.js";
import { getSession, sessionAsMade } from "../catalog/sessions.js";
import { findTensor } from "../catalog/stored-tensors.js";
import type { StoredTensor } from "../catalog/stored-tensors.js";
import { FILE_BLOCK, growFile } from "../files/growing-file.js";
import { layOutPack } from "./pack.js";
import type { HashedTensor, TensorBytes } from "./pack.js";
import { packHistory } from "./pack-history.js";
import { sha256 } from "../hashing/digests.js";
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
 * @param hashes of the tensors' bytes, begun already
 * @throws SessionNotFound, OptionInvalid when the state cannot be digested, and the system's error;
 *   then nothing is left
 * @example const { digest } = await writePack(db, pack, tensors, hashAhead(contents, 2));
 */
export async function writePack(
  db: Catalog,
  pack: PackToWrite,
  tensors: readonly TensorBytes[],
  hashes: HashesAhead,
): Promise<WrittenPack> {
  const { file, id, state: input } = pack;
  const subject = subjectOf(db, pack);
  // Also finds what is wrong with the state before anything is written.
  const unhashed = tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape, sha256: "" }));
  const expected = stateDocument(pack.checkpoint.step, unhashed, input);
  let room = roomFor(tensors, [subject, pack.checkpoint, expected, input.configs, input.engine]);
  const most = tensors.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  const places = new Map<string, StoredTensor | null>();
  for (;;) {
    const begin = Math.ceil(room / FILE_BLOCK) * FILE_BLOCK;
    const hashed: HashedTensor[] = [];
    let written!: WrittenPack;
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
      const document = stateDocument(pack.checkpoint.step, hashed, input);
      const state = stateText(document);
      const digest = sha256(state);
      const description = {
        ...{ ...subject, checkpoint: { ...pack.checkpoint, digest } },
        ...{ state: document, configs: input.configs, engine: input.engine },
      };
      const where = (of: string): StoredTensor | null => places.get(of)!;
      const { header, bytes, stored } = layOutPack(id, hashed, where, description, begin);
      written = { bytes, stored, digests: hashed.map(({ sha256 }) => sha256), state, digest };
      room = header.byteLength;
      return room === begin ? header : null;
    });
    if (made) return written;
  }
}

// What the manifest and the header say of a tensor besides names and shapes: its digest, the id of its pack,
// its offsets, and words.
const ROOM_OF_TENSOR = 230;
const ROOM_OF_REST = 400;

/**
 * Bytes that a header hardly exceeds, found without making it: the disk is to have tensors before their digests
 * are known. The manifest stands in the header as a text, so that it is escaped twice.
 *
 * @param told what the manifest says, the digests and places of tensors left out
 */
function roomFor(tensors: readonly TensorBytes[], told: readonly unknown[]): number {
  const escaped = (value: unknown): number =>
    Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
  const again = tensors.map(({ name, shape }) => [name, name, name, shape]);
  return escaped([told, again]) + tensors.length * ROOM_OF_TENSOR + ROOM_OF_REST;
}

function subjectOf(db: Catalog, { store, writer, checkpoint, known, model }: PackToWrite) {
  const { sessionId, runId } = checkpoint;
  return snapshot(db, () => ({
    ...{ writer, history: packHistory(db, store, sessionId, runId, known) },
    ...{ session: sessionAsMade(getSession(db, sessionId)), model },
  }));
}
