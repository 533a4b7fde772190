/** The sampled text of the step shown, the list of all, and the prompt. */
export const textProgressStyle = `
.fp-texts { contain: layout style; display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; min-width: 0; align-content: start; }
.fp-compared { display: inline-flex; align-items: baseline; gap: 4px; margin-left: auto; cursor: pointer; font-size: var(--jp-ui-font-size0, 11px); }
.fp-compared input { margin: 0; align-self: center; }
.fp-view p.fp-reader {
  margin: 0;
  height: 7.5em;
  /* What changes in here moves nothing around it: the page is not laid out anew at each step. */
  contain: strict;
  overflow-y: auto;
  padding: 6px 10px;
  border-left: 3px solid var(--jp-brand-color1);
  border-radius: 0 4px 4px 0;
  background: var(--jp-layout-color2);
  scrollbar-width: thin;
}
.fp-fresh { text-decoration: none; background: color-mix(in srgb, var(--jp-brand-color1) 14%, transparent); border-radius: 2px; box-shadow: 0 1px 0 var(--jp-brand-color1); }
.fp-samples {
  scrollbar-color: var(--jp-border-color1) transparent;
  scrollbar-width: thin;
  position: relative;
  margin: 0;
  padding: 0;
  overflow-y: auto;
  overflow-anchor: none;
  contain: strict;
  overscroll-behavior: auto;
  border: 1px solid var(--jp-border-color2);
  border-radius: 4px;
}
.fp-sample { contain: size layout style; height: 26px; line-height: 25px; padding: 0 10px 0 0; border-left: 3px solid transparent; border-bottom: 1px solid var(--jp-border-color3, var(--jp-border-color2)); overflow: hidden; text-overflow: ellipsis; white-space: pre; cursor: pointer; }
.fp-sample:hover { background: var(--jp-layout-color2); }
.fp-sample[data-current="true"] { background: var(--jp-layout-color2); border-left-color: var(--jp-brand-color1); }
.fp-sample-step { display: inline-block; width: 60px; margin-right: 10px; color: var(--jp-ui-font-color2); text-align: right; font-size: 12px; }
.fp-sample[data-current="true"] .fp-sample-step { color: var(--jp-ui-font-color0); font-weight: 600; }
.fp-sample-line { font-family: var(--jp-code-font-family, monospace); font-size: 12px; }
.fp-sample-text { font-family: var(--jp-code-font-family, monospace); font-size: 12.5px; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
.fp-sample-prompt { color: var(--jp-ui-font-color2); }
.fp-prompt-form { display: flex; gap: 6px; align-items: center; }
.fp-prompt-label { display: flex; flex: 1 1 auto; gap: 8px; align-items: center; min-width: 0; }
.fp-view .fp-prompt-input { font-family: var(--jp-code-font-family, monospace); font-size: 12.5px; }
.fp-view p.fp-prompt-note { margin: 4px 0 0; max-height: 8em; overflow-y: auto; overflow-wrap: anywhere; }
`;
