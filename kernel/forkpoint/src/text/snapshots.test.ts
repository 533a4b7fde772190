import type { Shown } from "@forkpoint/wire";
import { expect, test } from "vitest";
import type { Snapshots } from "../views/snapshots.js";
import type { Timeline } from "../views/timeline.js";
import { snapshotPicture, snapshotText } from "./snapshots.js";

const hostile = `<script>alert("1")</script>&\u0000`;
const session = { name: "sonnets", prompt: "Shall I" } as Snapshots["session"];
const shown: Shown[] = [
  { kind: "probabilities", tokens: [" ", hostile], shares: Float32Array.of(0.75, 0.125) },
  {
    ...({ kind: "attention", tokens: ["a", hostile], layers: 1, heads: 1 } as const),
    ...{ scales: Float32Array.of(1 / 255), values: Uint8Array.of(255, 0, 64, 191) },
  },
  {
    ...({ kind: "embeddings", tokens: ["a", "b", hostile], width: 2 } as const),
    vectors: Float32Array.of(1, 0, -1, 0, 0, 0.5),
  },
];
const snapshots = (step: number | null): Snapshots =>
  ({
    session,
    newest: (kind: string) =>
      step === null ? null : { ...shown.find((it) => it.kind === kind)!, step },
  }) as never;
const timeline = { newestSample: () => null } as Partial<Timeline> as Timeline;
const names = ["probabilityTower", "attentionCinema", "embeddingMap"] as const;

test("in words: what is shown and of which step, and that there is nothing yet", () => {
  expect(snapshotText("probabilityTower", timeline, snapshots(1200))).toMatch(
    /after "Shall I", step 1,200:\n␣ +75\.0 %/,
  );
  expect(snapshotText("attentionCinema", timeline, snapshots(7))).toContain("step 7: layers 1");
  for (const name of names)
    expect(snapshotText(name, timeline, snapshots(null))).toContain("nothing recorded yet");
});

test.each(names)("%s as a picture is well-formed, and runs nothing that a token says", (name) => {
  for (const step of [3, null]) {
    const svg = snapshotPicture(name, snapshots(step));
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("\u0000");
    expect(svg.match(/<(text|svg)\b/g)!.length).toBe(svg.match(/<\/(text|svg)>/g)!.length);
    expect(svg).toContain(step === null ? "Nothing recorded yet." : "step 3");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  }
});
