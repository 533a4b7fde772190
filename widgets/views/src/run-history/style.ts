/** The list of runs. */
export const runHistoryStyle = `
.fp-runs { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; min-width: 0; }
.fp-runs-box { max-height: 260px; overflow: auto; border: 1px solid var(--jp-border-color2); border-radius: 6px; scrollbar-color: var(--jp-border-color1) transparent; scrollbar-width: thin; }
.fp-view .fp-runs-table { width: 100%; margin: 0; border: 0; border-collapse: collapse; font-size: inherit; table-layout: auto; }
.fp-view .fp-runs-table :is(th, td) { padding: 4px 12px; text-align: right; font-weight: 400; white-space: nowrap; border: 0; max-width: none; vertical-align: middle; }
.fp-view .fp-runs-table :is(th, td):is(:first-child, :nth-child(2)) { text-align: left; }
.fp-view .fp-runs-table thead th { position: sticky; top: 0; z-index: 1; padding-block: 3px; background: var(--jp-layout-color1); box-shadow: 0 1px var(--jp-border-color2); color: var(--jp-ui-font-color2); font-size: 11px; }
.fp-view .fp-runs-table tbody tr { background: none; cursor: pointer; }
.fp-view .fp-runs-table tbody tr:hover { background: var(--jp-layout-color2); }
.fp-view .fp-runs-table tbody tr[data-shown="true"] { background: color-mix(in srgb, var(--jp-brand-color1) 12%, transparent); }
.fp-run:focus-visible { outline-offset: -2px; }
.fp-latest { margin-left: 8px; border: 1px solid var(--jp-brand-color1); border-radius: 9px; padding: 0 7px; color: var(--jp-ui-font-color1); font-size: 11px; }
.fp-run :is(.fp-quiet, .fp-latest) { color: var(--jp-ui-font-color1); }
.fp-view .fp-runs-table .fp-status { padding: 0; background: none; font-size: inherit; }
@container fp-view (max-width: 420px) {
  .fp-view .fp-runs-table :is(th, td) { padding-inline: 8px; }
  .fp-view .fp-runs-table :is(th, td):nth-child(4), .fp-runs-table th .fp-quiet { display: none; }
}
`;
