/** Two sessions side by side. */
export const compareStyle = `
.fp-compare { --fp-one: var(--fp-train); --fp-other: var(--fp-validation); display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; min-width: 0; max-width: 1000px; padding: 14px 16px 16px; border: 1px solid var(--jp-border-color2); border-radius: 8px; background: var(--jp-layout-color1); }
.fp-compare-head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; }
.fp-compare-part { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; min-width: 0; }
.fp-compare-part.fp-compare-head { display: flex; gap: 6px 8px; }
.fp-view .fp-compare h4 { margin: 0; font-size: inherit; font-weight: 600; color: var(--jp-ui-font-color1); }
.fp-view .fp-compare-line { margin: 0; overflow-wrap: anywhere; }
.fp-compare-legend { min-width: 0; overflow-wrap: anywhere; }
.fp-compare-legend::before { content: ""; display: inline-block; width: 12px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; background: var(--fp-one); }
.fp-compare-legend[data-side="other"]::before { background: var(--fp-other); }
.fp-compare-box { min-width: 0; min-height: 220px; }
.fp-compare-plot { display: block; cursor: crosshair; overflow: visible; }
.fp-compare-plot text { fill: var(--jp-ui-font-color2); font-size: 11px; font-family: var(--jp-ui-font-family); }
.fp-compare-tick path { stroke: var(--jp-border-color2); }
.fp-compare-parted path { stroke: var(--jp-ui-font-color3); stroke-dasharray: 2 3; }
.fp-compare-shown { stroke: var(--jp-ui-font-color1); stroke-dasharray: 5 4; pointer-events: none; }
.fp-compare-curve { color: var(--jp-ui-font-color2); }
.fp-compare-curve[data-side="one"] { color: var(--fp-one); }
.fp-compare-curve[data-side="other"] { color: var(--fp-other); }
.fp-compare-curve path { fill: none; stroke: currentColor; stroke-linejoin: round; }
.fp-compare-curve circle { fill: currentColor; }
.fp-compare-train { stroke-width: 1; stroke-opacity: 0.55; }
.fp-compare-validation { stroke-width: 2; }
.fp-compare-texts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
.fp-compare-text { min-width: 0; padding: 8px 10px; border: 1px solid var(--jp-border-color2); border-top: 3px solid var(--fp-one); border-radius: 4px; overflow-wrap: anywhere; }
.fp-compare-text[data-side="other"] { border-top-color: var(--fp-other); }
.fp-view .fp-compare-text p { margin: 6px 0 0; font-family: var(--jp-code-font-family); font-size: 12px; white-space: pre-wrap; }
.fp-compare-name { font-weight: 600; }
.fp-compare-part .fp-button { max-width: 100%; white-space: normal; }
.fp-view .fp-compare-settings { width: 100%; margin: 0; border: 0; border-collapse: collapse; font-size: inherit; table-layout: fixed; }
.fp-view .fp-compare-settings :is(th, td) { padding: 4px 8px; border: 0; border-bottom: 1px solid var(--jp-border-color2); text-align: left; font-weight: 400; overflow-wrap: anywhere; max-width: none; vertical-align: top; }
.fp-view .fp-compare-settings thead th:first-child { width: 44%; }
.fp-view .fp-compare-settings thead th { color: var(--jp-ui-font-color2); font-size: 11px; }
.fp-view .fp-compare-settings tbody tr { background: none; }
.fp-compare-settings td { font-family: var(--jp-code-font-family); font-size: 12px; }
.fp-view .fp-tensors { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.fp-tensor { display: flex; gap: 10px; min-width: 0; }
.fp-heatmap { flex: none; width: 72px; height: 72px; border: 1px solid var(--jp-border-color2); border-radius: 3px; background: var(--jp-layout-color2); image-rendering: pixelated; }
.fp-tensor-words { display: grid; align-content: start; min-width: 0; }
.fp-tensor-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
.fp-more { justify-self: start; }
@container fp-view (max-width: 460px) { .fp-compare-texts { grid-template-columns: minmax(0, 1fr); } }
`;
