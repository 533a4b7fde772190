/** The list of sampled texts. */
export const textProgressStyle = `
.fp-texts { contain: layout style; display: grid; gap: 4px; min-width: 0; }
.fp-samples {
  scrollbar-color: var(--jp-border-color1) transparent;
  scrollbar-width: thin;
  position: relative;
  list-style: none;
  margin: 0;
  padding: 0;
  max-height: 190px;
  overflow-y: auto;
  border: 1px solid var(--jp-border-color2);
  border-radius: 4px;
}
.fp-sample { display: grid; grid-template-columns: 56px minmax(0, 1fr); gap: 12px; padding: 6px 10px; border-left: 3px solid transparent; }
.fp-sample + .fp-sample { border-top: 1px solid var(--jp-border-color3, var(--jp-border-color2)); }
.fp-sample[data-current="true"] { background: var(--jp-layout-color2); border-left-color: var(--jp-brand-color1); }
.fp-sample-step { color: var(--jp-ui-font-color2); text-align: right; }
.fp-sample[data-current="true"] .fp-sample-step { color: var(--jp-ui-font-color0); font-weight: 600; }
.fp-sample-text { font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px); white-space: pre-wrap; overflow-wrap: anywhere; }
.fp-sample-prompt { color: var(--jp-ui-font-color2); }
`;
