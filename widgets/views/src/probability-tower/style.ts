/** Bars of the likeliest next tokens. */
export const probabilityTowerStyle = `
.fp-tower { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; min-width: 0; align-content: start; }
.fp-tower-prompt { font-family: var(--jp-code-font-family, monospace); color: var(--jp-ui-font-color1); overflow-wrap: anywhere; }
.fp-tower-top { margin-left: auto; }
.fp-select { font: inherit; color: var(--jp-ui-font-color1); background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color1); border-radius: 4px; }
.fp-view ol.fp-bars { list-style: none; margin: 0; padding: 0; }
/* Of one height, and no grid's items: each is laid out alone. */
.fp-bar { display: grid; grid-template-columns: 2.2em minmax(0, 1fr) 4.6em; gap: 8px; align-items: center; height: 18px; line-height: 18px; margin: 0; contain: size layout style; }
.fp-bar + .fp-bar { margin-top: 3px; }
.fp-glyph { font-family: var(--jp-code-font-family, monospace); font-size: 14px; text-align: right; color: var(--jp-ui-font-color0); }
.fp-bar-track { height: 13px; border-radius: 3px; background: var(--jp-layout-color2); }
.fp-bar-filled { display: block; height: 100%; border-radius: 3px; background: var(--jp-brand-color1); }
.fp-bar-share { text-align: right; font-variant-numeric: tabular-nums; color: var(--jp-ui-font-color1); }
`;
