import type { MimeBundle } from "../../wire/display.js";
import { escapeHtml } from "../escape.js";
import { countText, durationText, numberText } from "../figures.js";

/** How far a loop is. */
export interface ProgressState {
  label: string | null;
  done: number;
  /** Null when nobody knows. */
  total: number | null;
  /** Since the loop began. */
  seconds: number;
  ending: "running" | "done" | "stopped" | "failed";
  /** Of what failed. */
  reason: string | null;
}

const BLOCKS = 20;

/** The theme's colour, and one for pages without theme. */
const COLOURS = {
  running: "var(--jp-brand-color1, #1976d2)",
  done: "var(--jp-success-color1, #388e3c)",
  stopped: "var(--jp-warn-color1, #f57c00)",
  failed: "var(--jp-error-color1, #d32f2f)",
};

/**
 * Progress as text and as a bar.
 *
 * @example progressBundle({ label: null, done: 1, total: 2, seconds: 1, ending: "running", reason: null })
 */
export function progressBundle(state: ProgressState): MimeBundle {
  return { "text/html": barHtml(state), "text/plain": lineText(state) };
}

function lineText(state: ProgressState): string {
  const { label, done, total } = state;
  const parts = [...(label === null ? [] : [label]), ...(total === null ? [] : [bar(done, total)])];
  return [...parts, sentence(state)].join(" ");
}

function bar(done: number, total: number): string {
  const full = Math.floor(share(done, total) * BLOCKS);
  const percent = `${Math.floor(share(done, total) * 100)}%`.padStart(4);
  return `${percent} [${"█".repeat(full)}${" ".repeat(BLOCKS - full)}]`;
}

function share(done: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, done / total);
}

function sentence(state: ProgressState): string {
  const { done, total, seconds, ending, reason } = state;
  const count = total === null ? countText(done) : `${countText(done)}/${countText(total)}`;
  const rate = done > 0 && seconds > 0 ? done / seconds : null;
  const speed = rate === null ? [] : [rateText(rate)];
  switch (ending) {
    case "running": {
      const left = rate === null || total === null ? null : Math.max(0, total - done) / rate;
      return [count, ...speed, ...(left === null ? [] : [`${durationText(left)} left`])].join(
        " · ",
      );
    }
    case "done":
      return [`${count} in ${durationText(seconds)}`, ...speed].join(" · ");
    case "stopped":
      return `stopped at ${count} after ${durationText(seconds)}`;
    case "failed":
      return `failed at ${count} after ${durationText(seconds)}: ${reason}`;
  }
}

// Slow loops are told by the time that one turn takes.
function rateText(rate: number): string {
  return rate >= 1 ? `${numberText(rate, 3)}/s` : `${durationText(1 / rate)} each`;
}

function barHtml(state: ProgressState): string {
  const { label, done, total, ending } = state;
  const name = escapeHtml(label ?? "Progress");
  const text = escapeHtml(sentence(state));
  const known =
    total === null ? "" : ` aria-valuenow="${Math.min(done, total)}" aria-valuemax="${total}"`;
  // Of an unknown whole a third is shown, paler: something is on its way.
  const width = total !== null ? share(done, total) * 100 : ending === "done" ? 100 : 33;
  const opacity = total === null && ending === "running" ? "; opacity: 0.5" : "";
  const title = label === null ? "" : `<span style="${LABEL}">${name}</span>`;
  return (
    `<div style="${ROW}">${title}` +
    `<div role="progressbar" aria-label="${name}" aria-valuemin="0"${known} aria-valuetext="${text}" style="${TRACK}">` +
    `<div style="width: ${width.toFixed(1)}%; height: 100%; background: ${COLOURS[ending]}${opacity}"></div></div>` +
    `<span style="${SENTENCE}">${text}</span></div>`
  );
}

const ROW =
  "display: flex; align-items: center; gap: 12px; font: 13px/1.5 var(--jp-ui-font-family, system-ui, sans-serif); color: var(--jp-content-font-color1, inherit); font-variant-numeric: tabular-nums";
const LABEL = "flex: none; min-width: 72px";
const TRACK =
  "flex: 0 1 240px; height: 8px; border-radius: 4px; overflow: hidden; background: var(--jp-layout-color2, rgba(128, 128, 128, 0.25))";
const SENTENCE = "color: var(--jp-content-font-color2, inherit)";
