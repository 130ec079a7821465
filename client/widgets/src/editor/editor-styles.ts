import { fetchStyles } from '../parts/fetch-part.ts';
import { caretStyles } from './caret-styles.ts';
import { textStyles } from './text-styles.ts';

export const editorStyles = `
${fetchStyles}
${textStyles}
${caretStyles}

.toolbar {
  display: flex;
  flex: none;
  align-items: center;
  gap: 4px;
  padding: 4px 6px;
  overflow-x: auto;
  border: 1px solid var(--q-line);
  border-bottom: 0;
  border-radius: var(--q-radius) var(--q-radius) 0 0;
  background: var(--q-surface);
  scrollbar-width: none;
}

.toolbar :focus-visible {
  outline-offset: -2px;
}

.group {
  display: flex;
  flex: none;
  gap: 2px;
}

.group + .group {
  padding-inline-start: 5px;
  border-inline-start: 1px solid var(--q-line);
}

.toolbar button {
  padding: 0;
}

.toolbar button[aria-pressed='true'] {
  background: var(--q-accent-soft);
  color: var(--q-accent);
}

.toolbar button[aria-disabled='true'] {
  color: var(--q-ink-2);
  opacity: 0.6;
  cursor: default;
}

select {
  height: 32px;
  padding: 0 4px;
  border: 0;
  border-radius: var(--q-radius-small);
  background: none;
  cursor: pointer;
}

select:hover {
  background: var(--q-hover);
}

option {
  background: var(--q-raised);
  color: var(--q-ink);
}

.link-form {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  padding: 6px;
  border: 1px solid var(--q-line);
  border-bottom: 0;
  background: var(--q-raised);
}

.link-form > input {
  flex: 1 1 200px;
  min-width: 0;
  height: 32px;
  padding: 0 8px;
  border: 1px solid var(--q-line-strong);
  border-radius: var(--q-radius-small);
  background: var(--q-page);
}

.link-form > p {
  flex: 1 0 100%;
  margin: 0 2px;
  color: var(--q-danger);
}

.link-form > p:empty {
  display: none;
}

.paper {
  min-height: 0;
  overflow: auto;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-page);
}

.toolbar ~ .paper {
  border-radius: 0 0 var(--q-radius) var(--q-radius);
}

.paper:focus-within {
  border-color: var(--q-accent);
}

.comment-highlight {
  border-bottom: 2px solid light-dark(#d9a93a, #8a6a1d);
  background: var(--q-mark);
  cursor: pointer;
}

.comment-highlight.is-active {
  background: var(--q-mark-on);
}

.waiting {
  min-height: var(--quire-editor-min-height, 10em);
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-hover);
}

@media (pointer: coarse) {
  select {
    height: 44px;
  }
}
`;
