import { composerStyles } from '../parts/composer.ts';

export const commentsStyles = `
${composerStyles}

:host {
  gap: 12px;
}

.head {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 4px 12px;
}

.head h2 {
  margin: 0;
  font-size: 14px;
  font-weight: 600;
}

.filters {
  display: flex;
  gap: 2px;
}

.filters button[aria-pressed='true'] {
  background: var(--q-accent-soft);
  color: var(--q-accent);
  font-weight: 600;
}

.new {
  display: grid;
  gap: 8px;
}

.about {
  display: flex;
  align-items: start;
  gap: 6px;
}

.about .quote {
  flex: 1;
}

.quote {
  display: -webkit-box;
  min-height: 0;
  margin: 0;
  padding: 0 0 0 8px;
  overflow: hidden;
  border-left: 2px solid light-dark(#d9a93a, #8a6a1d);
  border-radius: 0;
  color: var(--q-ink-2);
  font: 13.5px / 19px var(--q-text);
  text-align: start;
  overflow-wrap: anywhere;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 3;
}

ol {
  display: grid;
  gap: 10px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.thread {
  display: grid;
  gap: 8px;
  padding: 12px;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-raised);
}

.thread.is-active {
  border-color: var(--q-accent);
}

.comment-head {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 0 8px;
}

.author {
  overflow: hidden;
  font-weight: 600;
  text-overflow: ellipsis;
}

.time,
.settled,
.empty,
.said {
  margin: 0;
  color: var(--q-ink-2);
  font-size: 12.5px;
}

.said {
  color: var(--q-danger);
}

.text {
  margin: 0;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

.small {
  min-height: 24px;
  margin-inline-start: -8px;
  color: var(--q-ink-2);
  font-size: 12.5px;
}

.small + .small {
  margin-inline-start: 0;
}

.settle {
  justify-self: start;
  margin-inline-start: -8px;
  font-size: 13px;
}

@media (pointer: coarse) {
  .small {
    min-height: 44px;
  }
}
`;
