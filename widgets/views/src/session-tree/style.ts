/** The session tree. */
export const sessionTreeStyle = `
.fp-tree { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; min-width: 0; }
.fp-tree-head { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; }
.fp-crumbs ol { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 6px; margin: 0; padding: 0; list-style: none; }
.fp-crumbs li { min-width: 0; overflow-wrap: anywhere; }
.fp-crumbs li + li::before { content: "→"; margin-right: 6px; color: var(--jp-ui-font-color3); }
.fp-crumb-base { color: var(--jp-ui-font-color2); }
.fp-crumb { appearance: none; border: 0; padding: 0; background: none; color: var(--jp-content-link-color, var(--jp-brand-color1)); font: inherit; cursor: pointer; text-align: left; }
.fp-crumb:hover { text-decoration: underline; }
.fp-select { border: 1px solid var(--jp-border-color1); border-radius: 4px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font: inherit; line-height: 20px; padding: 1px 4px; }
.fp-tree-fork { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; padding: 8px 10px; border: 1px solid var(--jp-border-color2); border-radius: 6px; background: var(--jp-layout-color2); }
.fp-tree-fork label { display: inline-flex; align-items: center; gap: 6px; }
.fp-tree-fork .fp-input { width: 170px; }
.fp-tree-fork .fp-tree-rate { width: 90px; }
.fp-tree-message { margin: 0; overflow-wrap: anywhere; }
.fp-tree-table { border: 1px solid var(--jp-border-color2); border-radius: 6px; overflow: hidden; }
.fp-tree-row { display: grid; grid-template-columns: minmax(0, 1fr) 72px 80px 52px; align-items: center; gap: 4px; height: 28px; padding-right: 12px; }
.fp-tree-row > :not(:first-child) { text-align: right; }
.fp-tree-titles { height: 24px; font-size: 11px; border-bottom: 1px solid var(--jp-border-color2); padding-right: 22px; }
.fp-tree-lines { max-height: 340px; overflow: hidden auto; scrollbar-color: var(--jp-border-color1) transparent; scrollbar-width: thin; scrollbar-gutter: stable; }
.fp-tree-lines:focus-visible { outline-offset: -2px; }
.fp-tree-sheet { position: relative; }
.fp-tree-graph { position: absolute; inset: 0 auto auto 0; z-index: 1; pointer-events: none; }
.fp-tree-line { position: absolute; left: 0; right: 0; cursor: pointer; }
.fp-tree-line:hover { background: var(--jp-layout-color2); }
.fp-tree-line[aria-selected="true"] { background: color-mix(in srgb, var(--jp-brand-color1) 12%, transparent); }
.fp-tree-line[aria-selected="true"] .fp-tree-name { font-weight: 600; }
.fp-tree-lines:focus-visible .fp-tree-line[data-active="true"] { box-shadow: inset 0 0 0 1px var(--jp-brand-color1); }
.fp-tree-name { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.fp-tree-fold { appearance: none; min-width: 18px; height: 18px; margin-left: 8px; padding: 0 4px; border: 1px solid var(--jp-border-color2); border-radius: 9px; background: none; color: var(--jp-ui-font-color2); font: inherit; font-size: 11px; line-height: 16px; cursor: pointer; }
.fp-tree-fold:hover { border-color: var(--jp-border-color0, var(--jp-ui-font-color3)); color: var(--jp-ui-font-color1); }
.fp-tree-status { margin-left: 8px; color: var(--jp-ui-font-color2); font-size: 11px; }
.fp-tree-line:is(:hover, [aria-selected="true"]) :is(.fp-tree-status, .fp-tree-fold) { color: var(--jp-ui-font-color1); }
.fp-tree-status::before { content: ""; display: inline-block; width: 6px; height: 6px; border-radius: 50%; margin-right: 4px; background: var(--jp-warn-color1); }
.fp-tree-status[data-status="running"]::before { background: var(--jp-success-color1); }
.fp-tree { --fp-light: 0.5; --fp-lighter: 0.045; }
[data-jp-theme-light="false"] .fp-tree { --fp-light: 0.62; --fp-lighter: 0.06; }
.fp-tree-branch { fill: none; stroke: oklch(calc(var(--fp-light) + var(--fp-lighter) * var(--fp-shade)) var(--fp-chroma) var(--fp-hue)); stroke-width: 1.75; }
.fp-tree-dot { fill: oklch(calc(var(--fp-light) + var(--fp-lighter) * var(--fp-shade)) var(--fp-chroma) var(--fp-hue)); }
.fp-tree-folded { fill: var(--jp-layout-color1); }
.fp-tree-ring { fill: none; stroke: var(--jp-brand-color1); stroke-width: 2; }
.fp-tree-base { fill: #c9a227; stroke: var(--jp-layout-color1); stroke-width: 1.5; }
.fp-tree-merge { fill: none; stroke: var(--jp-brand-color1); stroke-width: 1.5; stroke-dasharray: 4 3; }
@container fp-view (max-width: 380px) {
  .fp-tree-row { grid-template-columns: minmax(0, 1fr) 46px 52px; }
  .fp-tree-row > :nth-child(4) { display: none; }
  .fp-tree-fold { margin-left: 4px; }
}
`;
