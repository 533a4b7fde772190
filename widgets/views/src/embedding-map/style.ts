/** The map of the alphabet's vectors. */
export const embeddingMapStyle = `
.fp-map { display: grid; grid-template-columns: minmax(0, 1fr); gap: 6px; min-width: 0; align-content: start; }
.fp-map-area { position: relative; height: 320px; border: 1px solid var(--jp-border-color2); border-radius: 4px; overflow: hidden; }
.fp-map-canvas { position: absolute; inset: 0; width: 100%; height: 100%; font-family: var(--jp-code-font-family, monospace); cursor: crosshair; }
.fp-view .fp-map-canvas:focus-visible { outline-offset: -3px; }
.fp-map-key { font-size: 12px; }
.fp-map-key::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 4px; border-radius: 50%; background: currentColor; }
.fp-view p.fp-map-readout { min-height: 1.5em; }
`;
