// What an archive of packs would save: the keyframes of a run, byte-shuffled and compressed by zstd, alone and
// as differences to the keyframe before. Lossless ways only.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { adamW, corpus, microGPT, open } from "forkpoint";

const STEPS = Number(process.argv[2] ?? 700);
const params = { [constants.ZSTD_c_compressionLevel]: 3 };
const WAYS = {
  "shuffled, zstd": (now) => now,
  "XOR with the one before, shuffled, zstd": (now, before) =>
    now.map((bits, at) => bits ^ before[at]),
  "difference to the one before, shuffled, zstd": (now, before) =>
    now.map((bits, at) => zigzag((ordered(bits) - ordered(before[at])) | 0)),
};

const folder = mkdtempSync(join(tmpdir(), "forkpoint-archive-"));
try {
  await train();
  report(keyframes());
} finally {
  rmSync(folder, { recursive: true });
}

async function train() {
  const store = await open({ from: folder });
  const session = await store.session("archived", {
    model: microGPT(),
    data: corpus.sonnets(),
    optimizer: adamW({ learningRate: 1e-3 }),
    seed: 1,
  });
  await session.train({ to: STEPS }).done;
  await store.close();
}

function keyframes() {
  const packs = join(folder, ".forkpoint", "packs");
  const read = readdirSync(packs).map((name) => {
    const bytes = readFileSync(join(packs, name));
    const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__: about, ...places } = JSON.parse(bytes.subarray(8, headerEnd));
    const tensors = new Map(
      Object.entries(places).map(([tensor, place]) => {
        const [from, to] = place.data_offsets.map((offset) => headerEnd + offset);
        return [tensor, new Uint32Array(Uint8Array.from(bytes.subarray(from, to)).buffer)];
      }),
    );
    return { step: JSON.parse(about.forkpoint).checkpoint.step, tensors };
  });
  return read.sort((a, b) => a.step - b.step);
}

function report(all) {
  const sizes = new Map();
  for (const [index, { tensors }] of all.entries()) {
    for (const [name, now] of tensors) {
      const before = all[index - 1]?.tensors.get(name);
      if (!before) continue;
      const group = name.slice(0, name.lastIndexOf("/"));
      const left = Object.entries(WAYS).map(([way, change]) => [
        way,
        zstdCompressSync(shuffled(change(now, before)), { params }).length,
      ]);
      for (const key of [group, "all of it"]) {
        const row = sizes.get(key) ?? { bytes: 0, left: {} };
        sizes.set(key, row);
        row.bytes += now.byteLength;
        for (const [way, length] of left) row.left[way] = (row.left[way] ?? 0) + length;
      }
    }
  }
  console.log(
    `${all.length} keyframes of ${STEPS} steps, at ${all.map(({ step }) => step).join(", ")}`,
  );
  for (const [group, { bytes, left }] of sizes) {
    console.log(`  ${group}, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
    for (const way of Object.keys(WAYS)) {
      console.log(`    ${way.padEnd(46)}${((100 * left[way]) / bytes).toFixed(1)} % left`);
    }
  }
}

/** First bytes of all numbers, then second ones, and so on: what is alike lies together. */
function shuffled(numbers) {
  const { length } = numbers;
  const bytes = new Uint8Array(4 * length);
  for (let at = 0; at < length; at++) {
    for (let byte = 0; byte < 4; byte++) bytes[byte * length + at] = numbers[at] >>> (8 * byte);
  }
  return bytes;
}

/** A float's bits as a number that grows with it. */
function ordered(bits) {
  return bits & 0x80000000 ? ~bits : bits | 0x80000000;
}

/** Small numbers of either sign as small ones. */
function zigzag(number) {
  return (number << 1) ^ (number >> 31);
}
