/** The bar, its thumb and marks. */
export const scrubBarStyle = `
.fp-scrub { display: grid; gap: 2px; }
.fp-scrub-head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-height: 24px; contain: layout style; }
.fp-step-label { font-weight: 600; display: inline-flex; align-items: center; gap: 6px; min-width: 92px; }
.fp-model-here { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 180px; }
.fp-play { display: inline-flex; align-items: center; gap: 4px; }
.fp-icon-button { display: inline-flex; align-items: center; justify-content: center; width: 26px; height: 22px; padding: 0; }
.fp-icon-play { width: 0; height: 0; border: 5px solid transparent; border-left: 8px solid currentColor; border-right: 0; }
.fp-icon-pause { width: 8px; height: 10px; border: 3px solid currentColor; border-width: 0 3px; }
.fp-select { height: 22px; padding: 0 2px; border: 1px solid var(--jp-border-color1); border-radius: 4px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font: inherit; }
.fp-branch { display: inline-flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 4px 8px; margin-left: auto; }
.fp-live-button, .fp-resume-button, .fp-fork-button { line-height: 18px; padding: 0 8px; }
.fp-live-button[data-shown="false"], .fp-resume-button[data-shown="false"] { visibility: hidden; }
.fp-fork-form { display: grid; gap: 8px; }
.fp-fork-title { margin: 0; overflow-wrap: anywhere; }
.fp-fork-row { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); gap: 8px; align-items: start; }
.fp-field { display: grid; gap: 2px; color: var(--jp-ui-font-color2); }
.fp-field .fp-error { font-size: var(--jp-ui-font-size0, 11px); }
.fp-fork-actions { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 6px 12px; }
.fp-reaching { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin-top: 4px; }
.fp-reaching .fp-progress-bar { flex: 1 1 120px; }
.fp-pulse { width: 8px; height: 8px; border-radius: 50%; background: var(--jp-ui-font-color3); }
.fp-pulse[data-running="true"] { background: var(--jp-success-color1); }
/* A beat for each message of the run: an animation would have the browser draw sixty frames a second, beside training. */
.fp-pulse[data-running="true"][data-beat="1"] { opacity: 0.45; }
.fp-scrub-bar { padding: 10px 8px; margin: 0 -8px; cursor: pointer; touch-action: none; user-select: none; border-radius: 6px; }
.fp-scrub-track { position: relative; height: 6px; border-radius: 3px; background: var(--jp-layout-color2); }
/* What moves in a drag is moved by the compositor: nothing is laid out or painted for it. */
.fp-scrub-fill { position: absolute; inset: 0; border-radius: 3px; overflow: hidden; }
.fp-scrub-filled { height: 100%; background: var(--jp-brand-color1); opacity: 0.55; will-change: transform; }
/* As wide as the track, and left of it: on the right it would have the cell's output scroll sideways. */
.fp-scrub-rail { position: absolute; inset: 0 100% 0 -100%; pointer-events: none; will-change: transform; }
.fp-scrub-thumb {
  position: absolute;
  left: 100%;
  top: 50%;
  width: 14px;
  height: 14px;
  margin: -7px 0 0 -7px;
  border-radius: 50%;
  background: var(--jp-brand-color1);
  border: 2px solid var(--jp-layout-color1);
  box-shadow: 0 0 0 1px var(--jp-brand-color1);
}
/* Hundreds of them, a layer of their own: what moves over them does not have them looked at again. */
.fp-marks { position: absolute; inset: 0; contain: size layout style; will-change: transform; }
.fp-mark { position: absolute; top: 50%; }
.fp-mark[data-kind="checkpoint"] { width: 1px; height: 5px; margin: 5px 0 0 -0.5px; background: var(--jp-ui-font-color3); }
.fp-mark[data-kind="model"] { width: 10px; height: 10px; margin: -5px 0 0 -5px; border-radius: 2px; transform: rotate(45deg); background: var(--jp-ui-font-color0); border: 1.5px solid var(--jp-layout-color1); cursor: pointer; }
.fp-mark[data-kind="fork"] { width: 0; height: 0; margin: -12px 0 0 -5px; border: 5px solid transparent; border-top: 7px solid var(--fp-fork); border-bottom: 0; cursor: pointer; }
.fp-mark[data-kind="event"] { width: 6px; height: 6px; margin: -3px 0 0 -3px; border-radius: 50%; background: var(--jp-error-color1); box-shadow: 0 0 0 1.5px var(--jp-layout-color1); }
.fp-mark-word { display: inline-flex; align-items: center; gap: 5px; }
.fp-mark-word .fp-mark { position: static; display: inline-block; margin: 0; cursor: default; }
.fp-mark-word .fp-mark[data-kind="checkpoint"] { height: 8px; }
.fp-mark-word .fp-mark[data-kind="model"] { width: 8px; height: 8px; }
.fp-scrub-tip {
  position: absolute;
  top: 18px;
  z-index: 3;
  padding: 2px 7px;
  border: 1px solid var(--jp-border-color2);
  border-radius: 4px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  box-shadow: var(--jp-elevation-z2, 0 2px 6px rgba(0, 0, 0, 0.2));
  font-size: var(--jp-ui-font-size0, 11px);
  white-space: nowrap;
  pointer-events: none;
}
.fp-scrub-tip-mark { display: block; max-width: 280px; overflow: hidden; text-overflow: ellipsis; }
.fp-scrub-foot { display: flex; justify-content: space-between; gap: 8px; color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); }
.fp-scrub-tail { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 12px; margin-top: 4px; }
.fp-mark-words { display: flex; flex: 1 1 60px; flex-wrap: wrap; gap: 0 12px; color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0, 11px); }
.fp-branch > [data-testid="fp-branch-word"] { flex: 1 1 100%; text-align: right; }
@media (prefers-reduced-motion: reduce) { .fp-pulse[data-running="true"][data-beat="1"] { opacity: 1; } }
`;
