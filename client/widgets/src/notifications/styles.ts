export const notificationStyles = `
:host {
  display: inline-flex;
}

.anchor {
  position: relative;
  align-self: start;
}

.bell {
  position: relative;
}

.count {
  position: absolute;
  top: 0;
  right: 0;
  min-width: 16px;
  padding: 0 4px;
  border-radius: 8px;
  background: var(--q-accent);
  color: var(--q-accent-ink);
  font-size: 10.5px;
  font-weight: 600;
  line-height: 16px;
  text-align: center;
}

/* The number is drawn by the style sheet: the button's name says it as well. */
.count::before {
  content: attr(data-count);
}

.panel {
  position: absolute;
  top: calc(100% + 6px);
  left: var(--shift, 0);
  z-index: 20;
  display: grid;
  grid-template-rows: auto minmax(0, 1fr);
  width: min(340px, calc(100vw - 16px));
  max-height: min(420px, 70vh);
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-raised);
  box-shadow: var(--q-shadow);
}

.panel-head {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 8px;
  min-height: 44px;
  padding: 4px 6px 4px 14px;
  border-bottom: 1px solid var(--q-line);
}

.panel-head h2 {
  margin: 0;
  font-size: 14px;
  font-weight: 600;
}

.panel-head button {
  color: var(--q-accent);
  font-size: 13px;
}

.scroll {
  overflow-y: auto;
  overscroll-behavior: contain;
}

.list {
  margin: 0;
  padding: 0;
  list-style: none;
}

.notice,
.toast {
  --tone: var(--q-accent);

  display: grid;
  grid-template-columns: 8px minmax(0, 1fr) auto;
  gap: 2px 10px;
  align-items: start;
  padding: 10px 6px 10px 14px;
}

.notice + .notice {
  border-top: 1px solid var(--q-line);
}

[data-severity='success'] {
  --tone: var(--q-ok);
}

[data-severity='warning'] {
  --tone: var(--q-warn);
}

[data-severity='error'] {
  --tone: var(--q-danger);
}

.mark {
  width: 8px;
  height: 8px;
  margin-top: 6px;
  border: 1.5px solid var(--tone);
  border-radius: 50%;
}

.unread .mark,
.toast .mark {
  background: var(--tone);
}

.unread .headline {
  font-weight: 600;
}

.words {
  min-width: 0;
}

.headline,
.body,
.gap,
.empty {
  margin: 0;
  overflow-wrap: anywhere;
}

.headline a {
  color: inherit;
  text-decoration: underline;
  text-decoration-color: var(--q-line-strong);
  text-underline-offset: 2px;
}

.body {
  color: var(--q-ink-2);
  white-space: pre-line;
}

.severity,
.time {
  color: var(--q-ink-2);
  font-size: 12px;
}

.severity {
  color: var(--tone);
  font-weight: 600;
}

.gap,
.empty {
  padding: 12px 14px;
  color: var(--q-ink-2);
}

.gap {
  background: var(--q-hover);
  color: var(--q-warn);
  font-size: 13px;
}

.toasts {
  position: fixed;
  right: 16px;
  bottom: 16px;
  z-index: 60;
  display: grid;
  gap: 8px;
  width: min(340px, calc(100vw - 32px));
  pointer-events: none;
}

.toast {
  border: 1px solid var(--q-line);
  border-inline-start: 3px solid var(--tone);
  border-radius: var(--q-radius);
  background: var(--q-raised);
  box-shadow: var(--q-shadow);
  pointer-events: auto;
  animation: arrive 160ms ease-out;
}

@keyframes arrive {
  from {
    translate: 0 8px;
    opacity: 0;
  }
}
`;
