import { expect, test } from "vitest";
import type { Snapshot } from "@forkpoint/checkpoints";
import { sessionAtWork, trainTo } from "../testing/trainer-at-work.js";

const settings = { evaluateEvery: 10, sampleTokens: 12, prompt: "to be or" };

test("training with all of them and with none ends in the same state", async () => {
  const digests: string[] = [];
  for (const snapshots of [true, false]) {
    const { trainer } = await sessionAtWork({
      ...settings,
      ...(snapshots === false && { snapshots }),
    });
    const at = await trainer();
    await trainTo(at, 20);
    digests.push(at.digest());
  }
  expect(digests[1]).toBe(digests[0]);
});

test("each evaluation records every kind, and each says of its step what the weights say", async () => {
  const { store, sessionId, trainer } = await sessionAtWork({
    ...settings,
    snapshots: { share: 1 },
  });
  const at = await trainer();
  await trainTo(at, 20);
  await store.writer.flush();
  const found = await store.readSnapshots(sessionId);
  const kinds = ["probabilities", "attention", "embeddings", "sample"];
  expect(found.map(({ step, kind }) => `${step} ${kind}`)).toEqual(
    [0, 10, 20].flatMap((step) => kinds.map((kind) => `${step} ${kind}`)),
  );
  const newest = <Kind extends Snapshot["kind"]>(kind: Kind) =>
    found.findLast((it): it is Snapshot & { kind: Kind } => it.kind === kind)!;

  const { candidates } = newest("probabilities").tokens[0]!;
  const shares = candidates.map(({ probability }) => probability);
  expect(shares).toEqual([...shares].sort((a, b) => b - a));
  expect(candidates).toHaveLength(12);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);

  const { tokens, layers, heads, scales, values } = newest("attention");
  expect([tokens.join(""), layers, heads]).toEqual(["to be or", 1, 2]);
  for (let row = 0; row < heads * 8; row++) {
    const looked = [...values.subarray(row * 8, row * 8 + 8)];
    const sum = looked.reduce((total, value) => total + value * scales[Math.floor(row / 8)]!, 0);
    expect(sum).toBeCloseTo(1, 1);
    // Nobody looks ahead.
    expect(looked.slice((row % 8) + 1).every((value) => value === 0)).toBe(true);
  }

  const { points } = newest("embeddings");
  const { buffer, tensors } = at.state();
  const table = tensors.find(({ name }) => name === "model/transformer.wte.weight")!;
  const weights = new Float32Array(buffer.slice(table.offset, table.offset + table.length));
  expect(points.map(({ label }) => label).slice(0, 3)).toEqual([" ", ",", "."]);
  expect(points.flatMap(({ vector }) => [...vector])).toEqual([...weights]);
});

test("a cadence of its own, and kinds that are not wanted", async () => {
  const snapshots = { every: 4, attention: false, embeddings: false, sample: false } as const;
  const { store, sessionId, trainer } = await sessionAtWork({ ...settings, snapshots });
  await trainTo(await trainer(), 10);
  await store.writer.flush();
  const found = await store.readSnapshots(sessionId);
  expect(found.map(({ step, kind }) => [step, kind])).toEqual(
    [0, 4, 8, 10].map((step) => [step, "probabilities"]),
  );
});
