import { PADDING } from "./spec.js";

/** The plot, its controls and overlays. */
export const lossCurveStyle = `
.fp-curve { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; min-width: 0; container: fp-curve / inline-size; }
.fp-curve-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 2px 12px; min-height: 22px; contain: layout style; }
/* Its height must not change with the words in it: the plot would jump under the pointer. */
.fp-curve-head .fp-legend { flex: 1 1 300px; flex-wrap: nowrap; gap: 2px 10px; min-width: 0; overflow: hidden; white-space: nowrap; }
.fp-curve-head .fp-legend-entry { flex: none; }
.fp-curve-head .fp-legend-entry:last-child { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; }
@container fp-curve (max-width: 500px) { .fp-smoothing label { position: absolute; clip-path: inset(50%); } }
.fp-curve-controls { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin-left: auto; }
.fp-smoothing { display: inline-flex; align-items: center; gap: 6px; color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); }
.fp-range { width: 72px; height: 16px; margin: 0; accent-color: var(--jp-brand-color1); }
.fp-small-button { line-height: 16px; padding: 0 7px; font-size: var(--jp-ui-font-size0, 11px); }
.fp-small-button[aria-pressed="true"] { background: var(--jp-layout-color3); border-color: var(--jp-ui-font-color2); }
.fp-plot-frame { position: relative; min-width: 0; }
.fp-zoomed { position: absolute; top: 6px; right: 12px; display: flex; align-items: center; gap: 8px; padding: 1px 4px 1px 8px; border-radius: 4px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); pointer-events: none; }
.fp-zoomed button { pointer-events: auto; }
.fp-plot { position: relative; height: 220px; min-width: 0; overflow: hidden; border-radius: 4px; user-select: none; touch-action: pan-y; cursor: crosshair; }
.fp-plot-canvas { position: absolute; inset: 0; contain: strict; will-change: transform; }
.fp-plot-canvas svg { display: block; }
.fp-plot-canvas .fp-lines { position: absolute; left: ${PADDING.left}px; top: ${PADDING.top}px; overflow: hidden; fill: none; stroke-linejoin: round; }
.fp-lines path { stroke: var(--fp-train); }
/* A spike of one step is as wide as a pixel: the fill alone would hide it. */
.fp-lines [data-line="band"] { fill: var(--fp-train); fill-opacity: 0.3; stroke-width: 1; stroke-opacity: 0.45; }
.fp-lines [data-line="raw"] { stroke-width: 1; stroke-opacity: 0.35; }
.fp-lines [data-line="train"] { stroke-width: 1.25; }
.fp-lines [data-line="validation"] { stroke: var(--fp-validation); stroke-width: 2; }
.fp-lines [data-line="dots"] { fill: var(--fp-validation); stroke: none; }
.fp-lines [data-line="events"] { stroke: var(--jp-error-color1); stroke-width: 2; }
.fp-inherited { position: absolute; pointer-events: none; background: color-mix(in srgb, var(--jp-layout-color1) 60%, transparent); border-right: 1px solid var(--jp-border-color1); overflow: hidden; }
.fp-inherited-label { position: absolute; left: 4px; bottom: 2px; right: 4px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); }
.fp-brush { position: absolute; pointer-events: none; background: color-mix(in srgb, var(--jp-brand-color1) 18%, transparent); border: solid var(--jp-brand-color1); border-width: 0 1px; }
.fp-crosshair { position: absolute; left: 0; width: 0; border-left: 1px dashed var(--jp-ui-font-color1); pointer-events: none; will-change: transform; }
/* What stands in it is laid out alone. */
.fp-crosshair-words { position: relative; height: 1lh; contain: size layout style; }
.fp-crosshair-label {
  position: absolute;
  top: 0;
  left: 4px;
  padding: 0 5px;
  border-radius: 3px;
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0, 11px);
}
.fp-crosshair[data-side="left"] .fp-crosshair-label { left: auto; right: 4px; }
`;
