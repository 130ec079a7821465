export const tickerStyles = `
:host {
  gap: 8px;
}

.box {
  overflow: auto;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-page);
}

table {
  width: 100%;
  border-collapse: collapse;
  font-variant-numeric: tabular-nums;
}

caption {
  padding: 8px 12px;
  font-weight: 600;
  text-align: start;
}

th,
td {
  position: relative;
  padding: 5px 12px;
  border-top: 1px solid var(--q-line);
  text-align: end;
  white-space: nowrap;
}

th {
  color: var(--q-ink-2);
  font-size: 12px;
  font-weight: 500;
}

tbody th {
  color: var(--q-ink);
  font-size: inherit;
  font-weight: 600;
}

th:first-child,
td:first-child {
  text-align: start;
}

.up {
  color: var(--q-ok);
}

.down {
  color: var(--q-danger);
}

.flash-a,
.flash-b {
  animation: 700ms ease-out;
}

.flash-a {
  animation-name: flash-a;
}

.flash-b {
  animation-name: flash-b;
}

/* Two of one kind: a name that changes begins anew, without anything being taken away and put back. */
@keyframes flash-a {
  from {
    background: color-mix(in srgb, currentColor 22%, transparent);
  }
}

@keyframes flash-b {
  from {
    background: color-mix(in srgb, currentColor 22%, transparent);
  }
}

@media (prefers-reduced-motion: reduce) {
  .flash-a,
  .flash-b {
    animation: none;
  }
}

/* Not by opacity: what may be old can still be read. */
.stale td,
.stale th {
  color: var(--q-ink-2);
  font-style: italic;
}

.book td.bar::before {
  content: '';
  position: absolute;
  inset-block: 2px;
  inset-inline-end: 0;
  width: var(--depth);
  border-radius: var(--q-radius-tiny);
  background: color-mix(in srgb, currentColor 16%, transparent);
}

.book .bids td.price,
.book .bids td.bar {
  color: var(--q-ok);
}

.book .asks td.price,
.book .asks td.bar {
  color: var(--q-danger);
}

.book td span {
  position: relative;
  color: var(--q-ink);
}

.book.stale td span,
.book.stale .bids td.price,
.book.stale .asks td.price {
  color: var(--q-ink-2);
}

.title {
  margin: 0;
  padding: 8px 12px;
  font-weight: 600;
  overflow-wrap: anywhere;
}

.sides {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
}

.notice,
.empty {
  margin: 0;
  padding: 8px 12px;
  color: var(--q-ink-2);
}

.notice {
  border-radius: var(--q-radius-small);
  background: var(--q-hover);
  color: var(--q-warn);
  font-size: 13px;
}
`;
