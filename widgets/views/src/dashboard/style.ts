/** The card that holds all views of a session. */
export const dashboardStyle = `
.fp-dashboard {
  display: grid;
  gap: 12px;
  min-width: 0;
  max-width: 1000px;
  padding: 14px 16px 16px;
  border: 1px solid var(--jp-border-color2);
  border-radius: 8px;
  background: var(--jp-layout-color1);
}
.fp-header { display: grid; gap: 2px; }
.fp-header-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 10px; }
.fp-view .fp-title { margin: 0; font-size: 16px; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; color: var(--jp-ui-font-color0); }
.fp-space { flex: 1 1 auto; }
.fp-summary { overflow-wrap: anywhere; }
.fp-status { border-radius: 9px; padding: 0 9px; background: var(--jp-layout-color3); color: var(--jp-ui-font-color0); font-size: var(--jp-ui-font-size0, 11px); line-height: 18px; }
.fp-status::before { content: ""; display: inline-block; width: 7px; height: 7px; border-radius: 50%; margin-right: 6px; background: var(--jp-ui-font-color3); }
.fp-status[data-status="running"]::before { background: var(--jp-success-color1); }
.fp-status[data-status="completed"]::before { background: var(--jp-brand-color1); }
.fp-status[data-status="paused"]::before, .fp-status[data-status="interrupted"]::before { background: var(--jp-warn-color1); }
.fp-status[data-status="failed"]::before { background: var(--jp-error-color1); }
.fp-controls { display: inline-flex; gap: 6px; align-items: baseline; }
.fp-progress-row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
.fp-progress-bar { flex: 1 1 160px; height: 6px; border-radius: 3px; background: var(--jp-layout-color3); overflow: hidden; }
.fp-progress-filled { height: 100%; background: var(--jp-success-color1); transition: width 0.25s linear; }
.fp-progress-filled[data-status="failed"] { background: var(--jp-error-color1); }
.fp-progress-filled[data-status="completed"] { background: var(--jp-brand-color1); }
.fp-progress-text b { font-weight: 600; }
@media (prefers-reduced-motion: reduce) { .fp-progress-filled { transition: none; } }
`;
