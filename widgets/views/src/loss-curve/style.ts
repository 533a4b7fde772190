/** The plot and its crosshair. */
export const lossCurveStyle = `
.fp-curve { display: grid; gap: 4px; min-width: 0; }
.fp-plot { position: relative; height: 220px; min-width: 0; overflow: hidden; }
.fp-plot-canvas { position: absolute; inset: 0; }
.fp-plot-canvas svg { display: block; }
.fp-crosshair { position: absolute; left: 0; width: 0; border-left: 1px dashed var(--jp-ui-font-color1); pointer-events: none; }
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
