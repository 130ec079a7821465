/** Carets and selections of other people. */
export const caretStyles = `
.collaboration-carets__caret {
  --caret: light-dark(var(--person), color-mix(in srgb, var(--person) 60%, #fff));
  position: relative;
  margin-inline: -1px;
  border-left: 2px solid var(--caret);
  user-select: none;
}

/* The dot that stays when the name has gone, and around the line what a pointer can hit. */
.collaboration-carets__caret::after {
  content: '';
  position: absolute;
  top: -4px;
  left: -4.5px;
  width: 7px;
  height: 7px;
  border-radius: 2px;
  background: var(--caret);
}

:is(.is-named, .collaboration-carets__caret:hover)::after {
  opacity: 0;
}

.collaboration-carets__caret::before {
  content: '';
  position: absolute;
  inset: -6px -6px 0;
}

.collaboration-carets__label {
  position: absolute;
  bottom: calc(100% - 3px);
  left: -2px;
  z-index: 5;
  padding: 3px 6px;
  border-radius: 4px 4px 4px 0;
  background: var(--person);
  color: #fff;
  font: 600 11.5px / 14px var(--q-ui);
  white-space: nowrap;
  pointer-events: none;
  opacity: 0;
  visibility: hidden;
  transition:
    opacity var(--q-quick),
    visibility var(--q-quick);
}

.is-flipped > .collaboration-carets__label {
  right: 0;
  left: auto;
  border-radius: 4px 4px 0;
}

.is-named > .collaboration-carets__label,
.collaboration-carets__caret:hover > .collaboration-carets__label {
  opacity: 1;
  visibility: visible;
}

.ProseMirror-yjs-selection {
  background: color-mix(in srgb, var(--person) 22%, transparent);
  animation: rest 600ms 10s forwards;
}

@keyframes rest {
  to {
    background: color-mix(in srgb, var(--person) 9%, transparent);
  }
}
`;
