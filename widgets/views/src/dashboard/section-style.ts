/** Parts of the dashboard that open and close. */
export const sectionStyle = `
.fp-sections { display: grid; grid-template-columns: minmax(0, 1fr); min-width: 0; }
.fp-sections:empty { display: none; }
.fp-section { min-width: 0; border-top: 1px solid var(--jp-border-color2); }
.fp-view .fp-section-head { margin: 0; font-size: inherit; font-weight: 600; line-height: inherit; }
.fp-section-button {
  appearance: none;
  display: flex;
  align-items: center;
  gap: 8px;
  width: 100%;
  padding: 8px 2px;
  border: 0;
  border-radius: 4px;
  background: none;
  color: var(--jp-ui-font-color1);
  font: inherit;
  text-align: left;
  cursor: pointer;
}
.fp-section-button:hover { background: var(--jp-layout-color2); }
.fp-section-caret { width: 0; height: 0; margin: 0 2px; border: 4px solid transparent; border-left: 6px solid currentColor; border-right: 0; transition: transform 0.12s; }
.fp-section-caret[data-open="true"] { transform: rotate(90deg); }
/* A layer each: what moves elsewhere does not have them painted again. */
.fp-section-body { padding: 2px 0 12px; min-width: 0; will-change: transform; }
.fp-section-body[hidden] { display: none; }
/* The section's head says it already. */
.fp-section-body .fp-legend-title { display: none; }
@media (prefers-reduced-motion: reduce) { .fp-section-caret { transition: none; } }
`;
