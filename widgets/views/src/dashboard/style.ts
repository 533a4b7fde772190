/** The card that holds all views of a session. */
export const dashboardStyle = `
.fp-dashboard {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 12px;
  min-width: 0;
  max-width: 1000px;
  padding: 14px 16px 16px;
  border: 1px solid var(--jp-border-color2);
  border-radius: 8px;
  background: var(--jp-layout-color1);
}
/* Apart from what changes with the step, so that it is not painted again with it. */
.fp-header, .fp-progress-row { isolation: isolate; }
.fp-header { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2px; }
.fp-header-line > * { min-width: 0; overflow-wrap: anywhere; }
.fp-header-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 10px; }
.fp-view .fp-title { margin: 0; font-size: 16px; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; color: var(--jp-ui-font-color0); }
.fp-space { flex: 1 1 auto; }
.fp-summary { flex: 1 1 240px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.fp-facts { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; }
.fp-status { --fp-tone: var(--jp-ui-font-color3); border-radius: 10px; padding: 0 9px; background: color-mix(in srgb, var(--fp-tone) 14%, transparent); color: var(--jp-ui-font-color1); font-size: 12px; line-height: 20px; white-space: nowrap; }
.fp-status::before { content: ""; display: inline-block; width: 7px; height: 7px; border-radius: 50%; margin-right: 6px; background: var(--fp-tone); }
.fp-status[data-status="running"] { --fp-tone: var(--jp-success-color1); }
.fp-status[data-status="completed"] { --fp-tone: var(--jp-brand-color1); }
.fp-status[data-status="paused"], .fp-status[data-status="interrupted"] { --fp-tone: var(--jp-warn-color1); }
.fp-status[data-status="failed"] { --fp-tone: var(--jp-error-color1); }
.fp-status[data-offline="true"] { --fp-tone: var(--jp-ui-font-color3); }
.fp-connected::before { content: ""; display: inline-block; width: 7px; height: 7px; border-radius: 50%; margin-right: 6px; background: var(--jp-success-color1); }
.fp-training { border: 1px solid var(--jp-border-color1); border-radius: 10px; padding: 0 8px; font-size: 12px; line-height: 18px; white-space: nowrap; color: var(--jp-ui-font-color1); cursor: default; }
.fp-speed { white-space: nowrap; }
.fp-controls { display: inline-flex; gap: 6px; align-items: baseline; }
.fp-progress-row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
.fp-progress-bar { flex: 1 1 160px; height: 6px; border-radius: 3px; background: var(--jp-layout-color2); overflow: hidden; }
.fp-progress-filled { height: 100%; background: var(--jp-success-color1); transform-origin: left; }
.fp-progress-filled[data-status="failed"] { background: var(--jp-error-color1); }
.fp-progress-filled[data-status="completed"] { background: var(--jp-brand-color1); }
.fp-progress-text b { font-weight: 600; }
.fp-body, .fp-time { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; min-width: 0; align-content: start; }
.fp-time { gap: 6px; }
/* The bar is the curve's own time axis: both begin and end at the same pixel. */
.fp-time .fp-scrub { padding: 0 10px 0 46px; }
@container fp-view (min-width: 700px) {
  .fp-body { grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); gap: 20px; }
}
`;
