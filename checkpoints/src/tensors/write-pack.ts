import type { StoredTensor } from "../catalog/stored-tensors.js";
import { FILE_BLOCK, growFile } from "../files/growing-file.js";
import { layOutPack } from "./pack.js";
import type { HashedTensor, PackDescription, PackLayout, TensorBytes } from "./pack.js";
import { sha256 } from "./state.js";

/** A pack that the disk has, and the digests of all tensors of its checkpoint. */
export interface WrittenPack {
  layout: PackLayout;
  tensors: HashedTensor[];
}

/**
 * Writes the pack of one save: hashes the tensors one after the other, and while the next is hashed
 * the disk takes the last, unless a pack holds it. The header names all digests, so it comes last,
 * into the room kept for it.
 *
 * @param known where a digest lies already, or null
 * @param describe what the pack says about itself, given the digests
 * @throws the system's error; what `describe` throws; then nothing is left
 * @example const { layout } = await writePack(temporary, id, tensors, known, describe);
 */
export async function writePack(
  file: string,
  pack: string,
  tensors: readonly TensorBytes[],
  known: (digest: string) => StoredTensor | null,
  describe: (tensors: readonly HashedTensor[]) => PackDescription,
): Promise<WrittenPack> {
  // Digests are all of one length, and a tensor that is not stored here mostly takes less room.
  const stand = (tensor: TensorBytes, at: number): HashedTensor => {
    return { ...tensor, sha256: String(at).padStart(64, "0") };
  };
  const guess = tensors.map(stand);
  let { header } = layOutPack(pack, guess, () => null, describe(guess), 0);
  const most = tensors.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  const places = new Map<string, StoredTensor | null>();
  const hashed: HashedTensor[] = [];
  for (;;) {
    const begin = Math.ceil(header.byteLength / FILE_BLOCK) * FILE_BLOCK;
    let layout!: PackLayout;
    const made = await growFile(file, begin, most, async (append) => {
      const here = new Set<string>();
      for (const [at, tensor] of tensors.entries()) {
        const { sha256: digest } = (hashed[at] ??= { ...tensor, sha256: sha256(tensor.bytes) });
        if (!places.has(digest)) places.set(digest, known(digest));
        if (places.get(digest) || here.has(digest)) continue;
        here.add(digest);
        await append(tensor.bytes);
      }
      const where = (digest: string): StoredTensor | null => places.get(digest)!;
      layout = layOutPack(pack, hashed, where, describe(hashed), begin);
      return layout.header.byteLength === begin ? layout.header : null;
    });
    if (made) return { layout, tensors: hashed };
    ({ header } = layout);
  }
}
