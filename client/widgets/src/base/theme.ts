/**
 * What all elements look like. A page sets `--quire-*`, anywhere above an element; elements use `--q-*`, which are never a page's
 * own: what is slotted into an element inherits them, and must not lose its own `--accent` to ours.
 */
export const themeStyles = `
:host {
  --q-ui: var(--quire-font, 'Figtree Variable', Figtree, system-ui, sans-serif);
  --q-text: var(--quire-font-text, 'Source Serif 4 Variable', 'Source Serif 4', Georgia, 'Times New Roman', serif);
  --q-mono: var(--quire-font-mono, ui-monospace, 'SF Mono', 'Cascadia Mono', 'Roboto Mono', Menlo, Consolas, monospace);
  --q-canvas: var(--quire-canvas, light-dark(#edf0f0, #121516));
  --q-surface: var(--quire-surface, light-dark(#fff, #1a1e1f));
  --q-page: var(--quire-page, light-dark(#fff, #1d2122));
  --q-raised: var(--quire-raised, light-dark(#fff, #23282a));
  --q-ink: var(--quire-ink, light-dark(#182220, #e5eae8));
  --q-ink-2: var(--quire-ink-2, light-dark(#55625f, #9daba7));
  --q-line: var(--quire-line, light-dark(#dde3e2, #2c3334));
  --q-line-strong: var(--quire-line-strong, light-dark(#84918e, #6c7a77));
  --q-hover: var(--quire-hover, light-dark(#eaefee, #272d2e));
  --q-accent: var(--quire-accent, light-dark(#0b6b58, #4fc3a8));
  --q-accent-strong: var(--quire-accent-strong, light-dark(#095a4a, #6dd3bb));
  --q-accent-ink: var(--quire-accent-ink, light-dark(#fff, #06231c));
  --q-accent-soft: var(--quire-accent-soft, light-dark(#dcefe9, #173a33));
  --q-mark: var(--quire-mark, light-dark(#fdeaa8, #5a4a14));
  --q-mark-on: var(--quire-mark-on, light-dark(#f9d65c, #7d6618));
  --q-ok: var(--quire-ok, light-dark(#17754f, #5fcf9d));
  --q-warn: var(--quire-warn, light-dark(#8a5300, #f0b454));
  --q-danger: var(--quire-danger, light-dark(#b3261e, #ff8f85));
  --q-danger-soft: var(--quire-danger-soft, light-dark(#fcebe9, #3a201e));
  --q-radius: var(--quire-radius, 8px);
  --q-radius-small: var(--quire-radius-small, 6px);
  --q-radius-tiny: var(--quire-radius-tiny, 3px);
  --q-shadow: 0 1px 2px light-dark(#0a151214, #0006), 0 8px 24px -8px light-dark(#0a151229, #000a);
  --q-quick: 140ms;

  display: flex;
  flex-direction: column;
  box-sizing: border-box;
  min-width: 0;
  color: var(--q-ink);
  font: 400 14px / 20px var(--q-ui);
  text-align: start;
}

:host([hidden]) {
  display: none;
}

:host([theme='light']) {
  color-scheme: light;
}

:host([theme='dark']) {
  color-scheme: dark;
}

:host([theme='auto']) {
  color-scheme: light dark;
}

*,
*::before,
*::after {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

button,
input,
textarea,
select {
  font: inherit;
  color: inherit;
}

button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 6px;
  min-width: 32px;
  min-height: 32px;
  padding: 0 8px;
  border: 0;
  border-radius: var(--q-radius-small);
  background: none;
  cursor: pointer;
}

button:hover {
  background: var(--q-hover);
}

button:disabled {
  color: var(--q-ink-2);
  cursor: default;
}

button.primary {
  padding: 0 14px;
  background: var(--q-accent);
  color: var(--q-accent-ink);
  font-weight: 600;
}

button.primary:hover {
  background: var(--q-accent-strong);
}

button.primary:disabled {
  background: var(--q-hover);
  color: var(--q-ink-2);
}

:focus-visible {
  outline: 2px solid var(--q-accent);
  outline-offset: 2px;
}

svg.icon {
  width: 18px;
  height: 18px;
  flex: none;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.6;
  stroke-linecap: round;
  stroke-linejoin: round;
}

/* For screen readers only. */
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

/* Always there, for screen readers hear only of what changes in it; last, whatever comes after it in the root. */
.status-line {
  order: 99;
  min-height: 20px;
  padding: 4px 2px 0;
  color: var(--q-ink-2);
  font: 400 12px / 16px var(--q-ui);
}

.status-line[data-tone='warning'] {
  color: var(--q-warn);
}

.status-line[data-tone='bad'] {
  color: var(--q-danger);
}

@media (pointer: coarse) {
  button {
    min-width: 44px;
    min-height: 44px;
  }
}

@media (prefers-reduced-motion: reduce) {
  *,
  *::before,
  *::after {
    animation-duration: 0.01ms !important;
    animation-iteration-count: 1 !important;
    transition-duration: 0.01ms !important;
    scroll-behavior: auto !important;
  }
}
`;
