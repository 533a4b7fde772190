/** Shared by all views. Colours come from JupyterLab's variables, so that every theme works. */
export const hostStyle = `
.fp-view {
  --fp-train: var(--jp-brand-color1, #1976d2);
  --fp-validation: var(--jp-warn-color0, #e65100);
  --fp-fork: var(--jp-success-color0, #2e7d32);
  --fp-gap: 8px;
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1, 13px);
  font-variant-numeric: tabular-nums;
  line-height: 1.4;
  width: 100%;
  min-width: 0;
  container: fp-view / inline-size;
}
[data-jp-theme-light="false"] .fp-view {
  --fp-train: var(--jp-brand-color1, #64b5f6);
  --fp-validation: var(--jp-warn-color1, #ffb74d);
  --fp-fork: var(--jp-success-color1, #81c784);
}
.fp-view *, .fp-view *::before, .fp-view *::after { box-sizing: border-box; }
.fp-quiet { color: var(--jp-ui-font-color2); }
.fp-changing { display: inline-block; contain: size layout style; height: 1lh; vertical-align: bottom; white-space: pre; }
.fp-error { color: var(--jp-error-color1); }
.fp-button {
  appearance: none;
  border: 1px solid var(--jp-border-color1);
  border-radius: 4px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font: inherit;
  line-height: 20px;
  padding: 1px 9px;
  cursor: pointer;
  white-space: nowrap;
}
.fp-button:hover:enabled { background: var(--jp-layout-color2); }
.fp-button:disabled { color: var(--jp-ui-font-color3); cursor: default; }
.fp-button.fp-primary { border-color: var(--jp-brand-color1); background: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1, #fff); }
.fp-button.fp-primary:hover:enabled { background: var(--jp-brand-color0); }
.fp-button.fp-primary:disabled { opacity: 0.5; }
.fp-view :focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
.fp-input {
  border: 1px solid var(--jp-border-color1);
  border-radius: 4px;
  background: var(--jp-layout-color0, var(--jp-layout-color1));
  color: var(--jp-ui-font-color0);
  font: inherit;
  line-height: 20px;
  padding: 1px 8px;
  min-width: 0;
  width: 100%;
}
.fp-input:disabled { background: transparent; color: var(--jp-ui-font-color3); cursor: default; }
.fp-input::placeholder { color: var(--jp-ui-font-color3); }
.fp-legend { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; }
.fp-legend-title { font-weight: 600; }
.fp-legend-entry::before {
  content: "";
  display: inline-block;
  width: 12px;
  height: 3px;
  border-radius: 2px;
  margin-right: 6px;
  vertical-align: middle;
  background: var(--fp-train);
}
.fp-legend-entry[data-series="validation"]::before { background: var(--fp-validation); }
.fp-legend-entry b { font-weight: 600; }
.fp-notice { border: 1px solid var(--jp-border-color2); border-radius: 4px; padding: 8px 12px; overflow-wrap: anywhere; }
.fp-view > .fp-notice + * { margin-top: 8px; }
.fp-notice-empty { color: var(--jp-ui-font-color2); border-style: dashed; text-align: center; padding: 24px 12px; }
.fp-notice-error { border-color: var(--jp-error-color1); color: var(--jp-error-color1); }
.fp-offline { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; margin: 0; }
.fp-offline-badge { border-radius: 9px; padding: 0 8px; background: var(--jp-layout-color3); color: var(--jp-ui-font-color0); font-weight: 600; }
.fp-offline-reason { color: var(--jp-ui-font-color2); }
`;
