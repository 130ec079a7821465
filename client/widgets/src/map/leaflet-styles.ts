/**
 * What Leaflet needs to lay out a map, rule by rule as in its style sheet (1.9.4, © Volodymyr Agafonkin, BSD-2-Clause). What dresses its
 * own controls and popups is left out, and with it every picture: those here look like the rest of the elements.
 */
export const leafletRules: readonly string[] = [
  `.leaflet-pane,
.leaflet-tile,
.leaflet-marker-icon,
.leaflet-marker-shadow,
.leaflet-tile-container,
.leaflet-pane > svg,
.leaflet-pane > canvas,
.leaflet-zoom-box,
.leaflet-image-layer,
.leaflet-layer {
  position: absolute;
  left: 0;
  top: 0;
}`,
  `.leaflet-container {
  overflow: hidden;
}`,
  `.leaflet-tile,
.leaflet-marker-icon,
.leaflet-marker-shadow {
  -webkit-user-select: none;
  -moz-user-select: none;
  user-select: none;
  -webkit-user-drag: none;
}`,
  `.leaflet-tile::selection {
  background: transparent;
}`,
  `.leaflet-marker-icon,
.leaflet-marker-shadow {
  display: block;
}`,
  `.leaflet-container .leaflet-overlay-pane svg {
  max-width: none !important;
  max-height: none !important;
}`,
  `.leaflet-container .leaflet-marker-pane img,
.leaflet-container .leaflet-shadow-pane img,
.leaflet-container .leaflet-tile-pane img,
.leaflet-container img.leaflet-image-layer,
.leaflet-container .leaflet-tile {
  max-width: none !important;
  max-height: none !important;
  width: auto;
  padding: 0;
}`,
  `.leaflet-container img.leaflet-tile {
  /* See: https://bugs.chromium.org/p/chromium/issues/detail?id=600120 */
  mix-blend-mode: plus-lighter;
}`,
  `.leaflet-container.leaflet-touch-zoom {
  -ms-touch-action: pan-x pan-y;
  touch-action: pan-x pan-y;
}`,
  `.leaflet-container.leaflet-touch-drag {
  -ms-touch-action: pinch-zoom;
  /* Fallback for FF which doesn't support pinch-zoom */
  touch-action: none;
  touch-action: pinch-zoom;
}`,
  `.leaflet-container.leaflet-touch-drag.leaflet-touch-zoom {
  -ms-touch-action: none;
  touch-action: none;
}`,
  `.leaflet-tile {
  filter: inherit;
  visibility: hidden;
}`,
  `.leaflet-tile-loaded {
  visibility: inherit;
}`,
  `.leaflet-overlay-pane svg {
  -moz-user-select: none;
}`,
  '.leaflet-pane { z-index: 400; }',
  '.leaflet-tile-pane { z-index: 200; }',
  '.leaflet-overlay-pane { z-index: 400; }',
  '.leaflet-shadow-pane { z-index: 500; }',
  '.leaflet-marker-pane { z-index: 600; }',
  '.leaflet-map-pane svg { z-index: 200; }',
  `.leaflet-zoom-animated {
  -webkit-transform-origin: 0 0;
  -ms-transform-origin: 0 0;
  transform-origin: 0 0;
}`,
  `svg.leaflet-zoom-animated {
  will-change: transform;
}`,
  `.leaflet-zoom-anim .leaflet-zoom-animated {
  -webkit-transition: -webkit-transform 0.25s cubic-bezier(0,0,0.25,1);
  -moz-transition: -moz-transform 0.25s cubic-bezier(0,0,0.25,1);
  transition: transform 0.25s cubic-bezier(0,0,0.25,1);
}`,
  `.leaflet-zoom-anim .leaflet-tile,
.leaflet-pan-anim .leaflet-tile {
  -webkit-transition: none;
  -moz-transition: none;
  transition: none;
}`,
  `.leaflet-zoom-anim .leaflet-zoom-hide {
  visibility: hidden;
}`,
  `.leaflet-interactive {
  cursor: pointer;
}`,
  `.leaflet-grab {
  cursor: -webkit-grab;
  cursor: -moz-grab;
  cursor: grab;
}`,
  `.leaflet-dragging .leaflet-grab,
.leaflet-dragging .leaflet-grab .leaflet-interactive,
.leaflet-dragging .leaflet-marker-draggable {
  cursor: move;
  cursor: -webkit-grabbing;
  cursor: -moz-grabbing;
  cursor: grabbing;
}`,
  `.leaflet-marker-icon,
.leaflet-marker-shadow,
.leaflet-image-layer,
.leaflet-pane > svg path,
.leaflet-tile-container {
  pointer-events: none;
}`,
  `.leaflet-marker-icon.leaflet-interactive,
.leaflet-image-layer.leaflet-interactive,
.leaflet-pane > svg path.leaflet-interactive,
svg.leaflet-image-layer.leaflet-interactive path {
  pointer-events: visiblePainted; /* IE 9-10 doesn't have auto */
  pointer-events: auto;
}`,
];

/** Of the map, as it looks here. */
const ourRules = `
.leaflet-container {
  background: var(--quire-map, light-dark(#eaf0ee, #171c1d));
  font: inherit;
}

.graticule {
  stroke: var(--q-line-strong);
  stroke-opacity: 0.5;
  stroke-width: 1px;
  fill: none;
}

.degree {
  color: var(--q-ink-2);
  font-size: 11px;
  line-height: 14px;
  white-space: nowrap;
}

.accuracy {
  fill: var(--person);
  fill-opacity: 0.12;
  stroke: var(--person);
  stroke-opacity: 0.4;
  stroke-width: 1px;
}
`;

export const leafletStyles = `${leafletRules.join('\n\n')}\n${ourRules}`;
