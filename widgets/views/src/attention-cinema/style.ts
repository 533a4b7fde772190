/** Heads of one layer, or one of them enlarged. */
export const attentionCinemaStyle = `
.fp-cinema { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; min-width: 0; align-content: start; }
.fp-layers { display: inline-flex; flex-wrap: wrap; align-items: baseline; gap: 4px; }
.fp-layer { line-height: 18px; padding: 0 8px; }
.fp-layer[aria-pressed="true"] { border-color: var(--jp-brand-color1); box-shadow: inset 0 0 0 1px var(--jp-brand-color1); color: var(--jp-ui-font-color0); font-weight: 600; }
.fp-screen { min-width: 0; min-height: 100px; }
.fp-heads { display: flex; flex-wrap: wrap; }
.fp-head { display: block; color: var(--jp-ui-font-color1); font-family: var(--jp-code-font-family, monospace); }
.fp-head-button { appearance: none; border: 0; margin: 0; padding: 0; background: none; color: inherit; font: inherit; font-size: var(--jp-ui-font-size0, 11px); cursor: zoom-in; display: grid; gap: 2px; justify-items: center; border-radius: 4px; }
.fp-head-button:hover .fp-head { box-shadow: 0 0 0 2px var(--jp-brand-color1); }
.fp-one-head { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: start; }
.fp-one-square { cursor: crosshair; border-radius: 4px; }
.fp-view p.fp-readout { margin: 0; min-width: 150px; }
.fp-readout b { font-family: var(--jp-code-font-family, monospace); font-weight: 600; }
.fp-view p.fp-cinema-key { margin: 0; font-size: var(--jp-ui-font-size0, 11px); }
.fp-ramp { display: inline-block; width: 56px; height: 9px; margin-right: 4px; border: 1px solid var(--jp-border-color2); vertical-align: -1px; background: linear-gradient(90deg, #f7fbff, #c6dbef 6%, #6baed6 25%, #2171b5 56%, #08306b); }
[data-jp-theme-light="false"] .fp-ramp { background: linear-gradient(90deg, #151b24, #1b3f66 6%, #2f78b0 25%, #7fc4e8 56%, #fdf3c4); }
`;
