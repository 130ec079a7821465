export const whiteboardStyles = `
:host {
  gap: 8px;
}

.box {
  display: grid;
  gap: 8px;
}

.toolbar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 10px;
}

.set {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px;
}

.toolbar button {
  padding: 0 7px;
}

.toolbar button[aria-pressed='true'],
.toolbar button[aria-checked='true'] {
  background: var(--q-accent-soft);
  color: var(--q-accent);
}

.toolbar button.color {
  min-width: 28px;
  padding: 0;
}

.swatch {
  width: 18px;
  height: 18px;
  border: 1px solid light-dark(#0003, #fff9);
  border-radius: 50%;
  background: var(--ink);
}

.color[aria-checked='true'] .swatch {
  outline: 2px solid var(--q-accent);
  outline-offset: 2px;
}

.dot {
  width: var(--size);
  height: var(--size);
  border-radius: 50%;
  background: currentColor;
}

.paper {
  position: relative;
  aspect-ratio: 8 / 5;
  overflow: hidden;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  /* What is drawn is the same for everybody, so what it is drawn on is as well: paper is white, also at night. */
  background: var(--quire-board, #fff);
}

.paper > svg {
  display: block;
  width: 100%;
  height: 100%;
  /* A finger draws; it scrolls the page from beside the board. */
  touch-action: none;
  user-select: none;
}

.paper[data-tool='pen'] > svg {
  cursor: crosshair;
}

.paper[data-tool='eraser'] > svg {
  cursor: cell;
}

.paper[data-tool='select'] > svg {
  cursor: default;
}

.paper[data-tool='hand'] > svg {
  cursor: grab;
}

/* Who may not draw scrolls the page as ever. */
.paper[data-tool='none'] > svg {
  cursor: default;
  touch-action: auto;
}

/* Seen on paper and on ink of any colour, and as thin however near the board is. */
.frame {
  display: none;
  fill: none;
  stroke: #182220;
  stroke-width: 1.5px;
  stroke-dasharray: 6 4;
  pointer-events: none;
}

.frame[data-shown] {
  display: inline;
}

.frame rect {
  vector-effect: non-scaling-stroke;
}

.frame .halo {
  stroke: #fff;
  stroke-width: 3px;
  stroke-dasharray: none;
}

[data-selected] {
  stroke: #0f67b8;
  stroke-width: 2px;
  vector-effect: non-scaling-stroke;
}

/* Seen on paper and on ink of any colour. */
.cross {
  display: none;
  fill: none;
  stroke: #182220;
  stroke-width: 4;
  pointer-events: none;
}

.cross[data-held] {
  display: inline;
}

.cross .halo {
  stroke: #fff;
  stroke-width: 10;
}

.keys {
  position: absolute;
  bottom: 8px;
  left: 8px;
  max-width: calc(100% - 16px);
  margin: 0;
  padding: 2px 8px;
  border-radius: var(--q-radius-small);
  background: var(--q-raised);
  color: var(--q-ink);
  font-size: 12px;
  pointer-events: none;
}

.keys:empty {
  padding: 0;
}

.erasing {
  opacity: 0.25;
}

.pointer {
  pointer-events: none;
}

.pointer-label {
  position: absolute;
  top: 0;
  left: 0;
  max-width: 160px;
  padding: 1px 6px;
  overflow: hidden;
  border-radius: var(--q-radius-tiny);
  background: var(--person);
  color: #fff;
  font-size: 12px;
  font-weight: 600;
  line-height: 16px;
  text-overflow: ellipsis;
  white-space: nowrap;
  pointer-events: none;
}

.pointer-label::before {
  content: '';
  position: absolute;
  top: -9px;
  left: -9px;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--person);
}

@media (pointer: coarse) {
  .toolbar button.color {
    min-width: 44px;
  }
}
`;
