/** The text and what lies in it. The first rules are what ProseMirror needs to measure and edit correctly. */
export const textStyles = `
.text {
  position: relative;
  min-height: var(--quire-editor-min-height, 10em);
  padding: var(--quire-editor-padding, 20px 24px 28px);
  outline: none;
  overflow-wrap: break-word;
  white-space: break-spaces;
  font: 400 17px / 1.62 var(--q-text);
  font-variant-ligatures: none;
  caret-color: var(--q-accent);
}

.text [contenteditable='false'] {
  white-space: normal;
}

.text .ProseMirror-gapcursor {
  position: absolute;
  display: none;
  pointer-events: none;
}

.text.ProseMirror-focused .ProseMirror-gapcursor {
  display: block;
}

.text .ProseMirror-gapcursor::after {
  content: '';
  position: absolute;
  top: -2px;
  display: block;
  width: 20px;
  border-top: 1.5px solid var(--q-accent);
}

.text.ProseMirror-hideselection *::selection {
  background: transparent;
}

.text .ProseMirror-selectednode {
  border-radius: 3px;
  outline: 2px solid var(--q-accent);
}

.text img.ProseMirror-separator {
  display: inline;
  width: 0;
  height: 0;
  margin: 0;
  border: 0;
}

.drop-cursor {
  background: var(--q-accent);
}

.resting-selection {
  background: light-dark(#cdeae1, #1b4238);
}

.text > * {
  margin: 0;
}

.text > * + * {
  margin-top: 0.75em;
}

.text.ProseMirror > .is-editor-empty:first-child::before {
  content: attr(data-placeholder);
  float: left;
  height: 0;
  pointer-events: none;
  color: var(--q-ink-2);
}

.text :is(h1, h2, h3) {
  line-height: 1.25;
  letter-spacing: -0.008em;
  text-wrap: pretty;
}

.text h1 {
  font-size: 31px;
  font-weight: 650;
}

.text h2 {
  font-size: 21.5px;
  font-weight: 650;
}

.text h3 {
  font-size: 17.5px;
  font-weight: 650;
}

.text > * + h1 {
  margin-top: 1.3em;
}

.text > * + h2 {
  margin-top: 1.5em;
}

.text > * + h3 {
  margin-top: 1.4em;
}

.text > :is(h1, h2, h3) + * {
  margin-top: 0.5em;
}

.text a {
  color: var(--q-accent);
  text-decoration-thickness: 1px;
  text-underline-offset: 3px;
  cursor: pointer;
}

.text :is(ul, ol) {
  padding-left: 1.5em;
}

.text ul {
  list-style: disc;
}

.text ul ul {
  list-style: circle;
}

.text ol {
  list-style: decimal;
}

.text ol ol {
  list-style: lower-alpha;
}

.text li > * {
  margin: 0;
}

.text li + li,
.text li > * + * {
  margin-top: 0.2em;
}

.text li::marker {
  color: var(--q-ink-2);
}

.text ul[data-type='taskList'] {
  padding-left: 0;
  list-style: none;
}

.text ul[data-type='taskList'] > li {
  display: flex;
  gap: 10px;
}

.text ul[data-type='taskList'] > li > label {
  position: relative;
  flex: none;
  height: 1.62em;
  user-select: none;
}

.text ul[data-type='taskList'] > li > div {
  flex: 1;
  min-width: 0;
}

.text li[data-checked='true'] > div > p {
  color: var(--q-ink-2);
}

/* What can be hit is larger than the box that is drawn. */
.text input[type='checkbox'] {
  appearance: none;
  position: relative;
  display: grid;
  place-items: center;
  width: 25px;
  height: 25px;
  margin: 2px -4px 0 -2px;
  border-radius: 4px;
  cursor: pointer;
}

.text input[type='checkbox']::before {
  content: '';
  width: 17px;
  height: 17px;
  border: 1.5px solid var(--q-line-strong);
  border-radius: 4px;
}

.text input[type='checkbox']:checked::before {
  border-color: var(--q-accent);
  background: var(--q-accent);
}

.text input[type='checkbox']:checked::after {
  content: '';
  position: absolute;
  width: 9px;
  height: 5px;
  margin-top: -2px;
  border: solid var(--q-accent-ink);
  border-width: 0 0 2px 2px;
  transform: rotate(-45deg);
}

.text blockquote {
  padding-left: 18px;
  border-left: 3px solid var(--q-line);
  color: var(--q-ink-2);
}

.text :is(blockquote, td, th) > * {
  margin: 0;
}

.text blockquote > * + * {
  margin-top: 0.6em;
}

.text code {
  padding: 0.1em 0.32em;
  border-radius: 4px;
  background: var(--q-hover);
  font-family: var(--q-mono);
  font-size: 0.83em;
}

.text pre {
  padding: 14px 18px;
  overflow-x: auto;
  border-radius: var(--q-radius-small);
  background: light-dark(#f3f6f5, #171b1c);
  white-space: pre-wrap;
  font: 14px / 1.6 var(--q-mono);
}

.text pre code {
  padding: 0;
  background: none;
  font-size: inherit;
}

.text hr {
  border: 0;
  border-top: 1px solid var(--q-line);
  margin-block: 2em;
}

.text img {
  max-width: 100%;
  height: auto;
  border-radius: 3px;
}

.text .tableWrapper {
  overflow-x: auto;
}

.text table {
  width: 100%;
  border-collapse: collapse;
  font-size: 15.5px;
}

.text :is(td, th) {
  min-width: 5em;
  padding: 6px 10px;
  border: 1px solid var(--q-line);
  text-align: start;
  vertical-align: top;
}

.text th {
  background: var(--q-hover);
  font-weight: 650;
}

.text .selectedCell {
  background: var(--q-accent-soft);
}
`;
