import { composerStyles } from '../parts/composer.ts';

export const chatStyles = `
${composerStyles}

:host {
  height: 360px;
  gap: 8px;
}

.log-box {
  position: relative;
  flex: 1;
  min-height: 80px;
}

.log {
  height: 100%;
  padding: 8px 12px;
  overflow-y: auto;
  overscroll-behavior: contain;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-page);
}

.log > ol {
  margin: 0;
  padding: 0;
  list-style: none;
}

.empty,
.cut,
.gap {
  margin: 4px 0;
  color: var(--q-ink-2);
  font-size: 13px;
}

.cut,
.gap {
  display: block;
  padding: 6px 8px;
  border-radius: var(--q-radius-small);
  background: var(--q-hover);
  text-align: center;
}

.gap {
  color: var(--q-warn);
}

.divider {
  display: flex;
  align-items: center;
  gap: 8px;
  margin: 10px 0 2px;
  color: var(--q-accent);
  font-size: 12px;
  font-weight: 600;
}

.divider::before,
.divider::after {
  content: '';
  flex: 1;
  border-top: 1px solid currentColor;
}

.message {
  display: grid;
  grid-template-columns: 24px minmax(0, 1fr) auto;
  column-gap: 8px;
}

.message.starts {
  margin-top: 10px;
}

.message:first-child {
  margin-top: 0;
}

.message > * {
  grid-column: 2 / -1;
}

/* That a message is sent stands behind it; what there is to do about one that is not, below. */
.message[data-state='sent'] .text {
  grid-column: 2;
}

.message[data-state='sent'] .delivery {
  grid-column: 3;
  align-self: end;
  padding-bottom: 2px;
}

.avatar {
  display: grid;
  grid-column: 1;
  grid-row: 1 / span 2;
  place-items: center;
  width: 24px;
  height: 24px;
  border-radius: 50%;
  background: var(--person);
  color: #fff;
  font-size: 10px;
  font-weight: 600;
  line-height: 1;
}

.head {
  display: flex;
  align-items: baseline;
  gap: 8px;
}

.author {
  overflow: hidden;
  font-weight: 600;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.time,
.delivery {
  color: var(--q-ink-2);
  font-size: 12px;
}

.text {
  margin: 0;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

.message[data-state='sending'] .text {
  color: var(--q-ink-2);
}

.delivery {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 2px 6px;
  line-height: 16px;
}

/* What is on its way is mostly there before one could read it. */
.message[data-state='sending'] .delivery {
  animation: appear 1ms 400ms both;
}

@keyframes appear {
  from {
    visibility: hidden;
  }
}

.message[data-state='failed'] .delivery {
  color: var(--q-danger);
}

.delivery button {
  min-height: 24px;
  color: var(--q-ink);
  font-weight: 600;
}

.delivery svg.icon {
  width: 13px;
  height: 13px;
}

.newer {
  position: absolute;
  right: 12px;
  bottom: 10px;
  background: var(--q-accent);
  color: var(--q-accent-ink);
  font-size: 13px;
  font-weight: 600;
  box-shadow: var(--q-shadow);
}

.newer:hover {
  background: var(--q-accent-strong);
}

.typing {
  min-height: 16px;
  margin: 0;
  overflow: hidden;
  color: var(--q-ink-2);
  font-size: 12px;
  line-height: 16px;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.composer {
  grid-template-columns: minmax(0, 1fr) auto;
  align-items: end;
}

.composer .failure {
  grid-column: 1 / -1;
  grid-row: 2;
}

.composer .primary {
  min-height: 38px;
}

@media (pointer: coarse) {
  .delivery button,
  .composer .primary {
    min-height: 44px;
  }
}
`;
