/** The dropdown and its panel. */
export const modelLibraryStyle = `
.fp-library { position: relative; display: inline-flex; align-items: baseline; gap: 8px; }
.fp-library-button { display: inline-flex; align-items: center; gap: 6px; }
.fp-caret { border: 4px solid transparent; border-top-color: currentColor; margin-top: 4px; }
.fp-active-model { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 160px; }
.fp-panel {
  position: absolute;
  z-index: 10;
  top: calc(100% + 4px);
  right: 0;
  width: min(460px, 82vw);
  padding: 10px;
  border: 1px solid var(--jp-border-color1);
  border-radius: 6px;
  background: var(--jp-layout-color1);
  box-shadow: var(--jp-elevation-z4, 0 4px 12px rgba(0, 0, 0, 0.25));
  color: inherit;
}
.fp-panel[popover] { position: fixed; inset: auto; margin: 0; overflow: visible; }
.fp-panel-line { margin: 8px 0 0; overflow-wrap: anywhere; }
.fp-save { display: flex; flex-wrap: wrap; align-items: end; gap: 8px; }
.fp-save-label { flex: 1 1 200px; display: grid; gap: 2px; color: var(--jp-ui-font-color2); }
.fp-models { list-style: none; margin: 8px -10px; padding: 0; max-height: 300px; overflow-y: auto; scrollbar-color: var(--jp-border-color1) transparent; scrollbar-width: thin; border-top: 1px solid var(--jp-border-color2); }
.fp-models:last-child { margin-bottom: -10px; }
.fp-model { position: relative; display: flex; align-items: center; gap: 10px; min-height: 37px; padding: 4px 10px; border-bottom: 1px solid var(--jp-border-color3, var(--jp-border-color2)); }
.fp-model:hover, .fp-model:focus-within { background: var(--jp-layout-color2); }
.fp-model:is(:hover, :focus-within) .fp-quiet { color: var(--jp-ui-font-color1); }
.fp-model-name { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
.fp-model-facts { white-space: nowrap; }
.fp-model-actions { display: flex; gap: 4px; position: absolute; right: 8px; opacity: 0; pointer-events: none; background: var(--jp-layout-color2); padding-left: 8px; }
.fp-model:hover .fp-model-actions, .fp-model:focus-within .fp-model-actions { opacity: 1; pointer-events: auto; }
.fp-model:has(.fp-input) .fp-model-actions, .fp-model:has(.fp-input) .fp-model-facts { display: none; }
.fp-done { color: var(--jp-ui-font-color2); }
`;
