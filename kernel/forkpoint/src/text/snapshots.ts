import { placesOn, principalAxes } from "@forkpoint/wire";
import type { Shown, ShownAttention, ShownEmbeddings, ShownProbabilities } from "@forkpoint/wire";
import type { Snapshots } from "../views/snapshots.js";
import type { Timeline } from "../views/timeline.js";
import { escaped } from "./escaped.js";
import { wholeText } from "./number.js";

const width = 640;
const grey = "#808080";
const blue = "#4c8dd6";

/** A view of snapshots in words, for tools without widgets. */
export function snapshotText(
  name: "textProgress" | "probabilityTower" | "attentionCinema" | "embeddingMap",
  timeline: Timeline,
  snapshots: Snapshots,
): string {
  const { session } = snapshots;
  const title = `of "${session.name}"`;
  switch (name) {
    case "textProgress": {
      const sample = timeline.newestSample();
      return sample
        ? `Sampled text ${title}, step ${wholeText(sample.step)}:\n${sample.text}`
        : `Sampled text ${title}: none yet`;
    }
    case "probabilityTower": {
      const shown = snapshots.newest("probabilities");
      if (!shown) return `Next token ${title}: nothing recorded yet`;
      const line = (token: string, at: number): string =>
        `${visible(token).padEnd(4)}${(100 * shown.shares[at]!).toFixed(1).padStart(6)} %`;
      const head = `Next token ${title} after ${JSON.stringify(session.prompt)}`;
      return `${head}, step ${wholeText(shown.step)}:\n${shown.tokens.map(line).join("\n")}`;
    }
    case "attentionCinema": {
      const shown = snapshots.newest("attention");
      if (!shown) return `Attention ${title}: nothing recorded yet`;
      const size = `layers ${shown.layers}, heads ${shown.heads} each, tokens ${shown.tokens.length}`;
      return `Attention ${title}, step ${wholeText(shown.step)}: ${size}`;
    }
    case "embeddingMap": {
      const shown = snapshots.newest("embeddings");
      if (!shown) return `Embeddings ${title}: nothing recorded yet`;
      const size = `${shown.tokens.length} tokens, ${shown.width} numbers each`;
      return `Embeddings ${title}, step ${wholeText(shown.step)}: ${size}`;
    }
  }
}

/** A view of snapshots as a picture, for tools without widgets. Colours read on light and dark pages. */
export function snapshotPicture(
  name: "probabilityTower" | "attentionCinema" | "embeddingMap",
  snapshots: Snapshots,
): string {
  const kinds = {
    probabilityTower: "probabilities",
    attentionCinema: "attention",
    embeddingMap: "embeddings",
  } as const;
  const shown = snapshots.newest(kinds[name]) as (Shown & { step: number }) | null;
  if (!shown) return frame(60, label(width / 2, 34, "middle", "Nothing recorded yet."));
  switch (shown.kind) {
    case "probabilities":
      return tower(shown);
    case "attention":
      return heads(shown);
    case "embeddings":
      return map(shown);
  }
}

function tower({ tokens, shares, step }: ShownProbabilities & { step: number }): string {
  const most = Math.max(...shares, 1e-9);
  const bars = tokens.map((token, at) => {
    const [share, y] = [shares[at]!, 30 + at * 18];
    const length = (share / most) * (width - 140);
    const bar = `<rect x="60" y="${y}" width="${length.toFixed(1)}" height="13" fill="${blue}"/>`;
    const percent = `${(100 * share).toFixed(1)} %`;
    return (
      label(52, y + 11, "end", visible(token)) + bar + label(66 + length, y + 11, "start", percent)
    );
  });
  const title = label(0, 14, "start", `next token at step ${wholeText(step)}`);
  return frame(36 + tokens.length * 18, title + bars.join(""));
}

/** Heads of the last layer: that many squares fit. */
function heads(shown: ShownAttention & { step: number }): string {
  const { tokens, layers, heads: count, scales, values, step } = shown;
  const each = Math.min(150, width / count - 8);
  const cell = each / tokens.length;
  let squares = "";
  for (let head = 0; head < count; head++) {
    const square = (layers - 1) * count + head;
    const left = head * (each + 8);
    squares += `<rect x="${left}" y="24" width="${each}" height="${each}" fill="none" stroke="${grey}"/>`;
    for (let at = 0; at < tokens.length ** 2; at++) {
      const weight = values[square * tokens.length ** 2 + at]! * scales[square]!;
      // What can hardly be seen would make the file ten times larger.
      if (weight < 0.04) continue;
      const x = left + (at % tokens.length) * cell;
      const y = 24 + Math.floor(at / tokens.length) * cell;
      const side = cell.toFixed(2);
      squares += `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${side}" height="${side}" fill="${blue}" fill-opacity="${Math.min(1, weight).toFixed(2)}"/>`;
    }
  }
  const title = label(0, 14, "start", `attention, layer ${layers}, at step ${wholeText(step)}`);
  return frame(each + 34, title + squares);
}

function map({ tokens, width: size, vectors, step }: ShownEmbeddings & { step: number }): string {
  const places = placesOn(vectors, size, principalAxes(vectors, size));
  const most = Math.max(...places.map(Math.abs), 1e-9);
  const points = tokens.map((token, at) => {
    const [x, y] = [places[2 * at]!, places[2 * at + 1]!];
    const half = { x: width / 2, y: 170 };
    return label(
      ...([half.x + (x / most) * (half.x - 20), 20 + half.y + (y / most) * (half.y - 20)] as const),
      ...(["middle", visible(token)] as const),
    );
  });
  const title = label(0, 14, "start", `embeddings at step ${wholeText(step)}`);
  return frame(360, title + points.join(""));
}

function visible(token: string): string {
  return token.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥");
}

function label(x: number, y: number, anchor: string, text: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-family="sans-serif" font-size="11" fill="${grey}">${escaped(text)}</text>`;
}

function frame(height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height.toFixed(0)}" width="${width}" height="${height.toFixed(0)}">${content}</svg>`;
}
