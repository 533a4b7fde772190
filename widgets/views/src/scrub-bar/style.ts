/** The bar, its thumb and marks. */
export const scrubBarStyle = `
.fp-scrub { display: grid; gap: 2px; }
.fp-scrub-head { display: flex; align-items: center; gap: 8px; min-height: 24px; }
.fp-step-label { font-weight: 600; display: inline-flex; align-items: center; gap: 6px; }
.fp-resume { display: inline-flex; align-items: center; gap: 8px; margin-left: auto; }
.fp-live-button, .fp-resume-button { line-height: 18px; padding: 0 8px; }
.fp-pulse { width: 8px; height: 8px; border-radius: 50%; background: var(--jp-ui-font-color3); }
.fp-pulse[data-running="true"] { background: var(--jp-success-color1); animation: fp-pulse 1.6s ease-in-out infinite; }
@keyframes fp-pulse { 50% { opacity: 0.35; transform: scale(0.8); } }
.fp-scrub-bar { padding: 10px 8px; margin: 0 -8px; cursor: pointer; touch-action: none; border-radius: 6px; }
.fp-scrub-track { position: relative; height: 6px; border-radius: 3px; background: var(--jp-layout-color2); }
.fp-scrub-filled { position: absolute; inset: 0 auto 0 0; border-radius: 3px; background: var(--jp-brand-color1); opacity: 0.55; }
.fp-scrub-thumb {
  position: absolute;
  top: 50%;
  width: 14px;
  height: 14px;
  margin: -7px 0 0 -7px;
  border-radius: 50%;
  background: var(--jp-brand-color1);
  border: 2px solid var(--jp-layout-color1);
  box-shadow: 0 0 0 1px var(--jp-brand-color1);
}
.fp-mark { position: absolute; top: -3px; width: 2px; height: 12px; margin-left: -1px; background: var(--jp-ui-font-color3); }
.fp-mark[data-kind="model"] { width: 10px; height: 10px; top: -2px; margin-left: -5px; border-radius: 2px; transform: rotate(45deg); background: var(--jp-ui-font-color0); border: 1.5px solid var(--jp-layout-color1); cursor: pointer; }
.fp-mark[data-kind="fork"] { background: var(--jp-accent-color1, var(--jp-success-color1)); }
.fp-scrub-foot { display: flex; justify-content: space-between; color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); }
.fp-hint { color: var(--jp-ui-font-color2); }
@media (prefers-reduced-motion: reduce) { .fp-pulse[data-running="true"] { animation: none; } }
`;
