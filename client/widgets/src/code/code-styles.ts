import { fetchStyles } from '../parts/fetch-part.ts';

export const codeStyles = `
${fetchStyles}
.paper {
  display: grid;
  min-height: var(--quire-code-min-height, 8em);
  overflow: auto;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-page);
}

.paper:focus-within {
  border-color: var(--q-accent);
}

.waiting {
  min-height: var(--quire-code-min-height, 8em);
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-hover);
}

.selection {
  background: color-mix(in srgb, var(--person) 22%, transparent);
}

.caret {
  --line: light-dark(var(--person), color-mix(in srgb, var(--person) 60%, #fff));
  position: relative;
  margin-inline: -1px;
  border-inline-start: 2px solid var(--line);
}

.caret::after {
  content: '';
  position: absolute;
  top: -3px;
  inset-inline-start: -4.5px;
  width: 7px;
  height: 7px;
  border-radius: 2px;
  background: var(--line);
}

.caret-name {
  position: absolute;
  top: 100%;
  inset-inline-start: -2px;
  z-index: 5;
  padding: 2px 6px;
  border-radius: 0 4px 4px;
  background: var(--person);
  color: #fff;
  font: 600 11.5px / 14px var(--q-ui);
  white-space: nowrap;
  pointer-events: none;
  opacity: 0;
  animation: name 2.4s;
  transition: opacity var(--q-quick);
}

.caret:hover > .caret-name {
  opacity: 1;
}

/* Seen for two seconds whenever the caret is drawn anew, which is when it moves. */
@keyframes name {
  from,
  85% {
    opacity: 1;
  }

  to {
    opacity: 0;
  }
}
`;
