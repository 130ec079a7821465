import { fetchStyles } from '../parts/fetch-part.ts';

export const mapStyles = `
${fetchStyles}
:host {
  height: 380px;
  gap: 8px;
}

.box {
  position: relative;
  flex: 1;
  min-height: 160px;
  /* Leaflet stacks its panes up to 1000: they stay within the map. */
  isolation: isolate;
  overflow: hidden;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
}

.map {
  position: absolute;
  inset: 0;
}

.map:focus-visible {
  outline-offset: -3px;
}

.zoom {
  position: absolute;
  top: 10px;
  right: 10px;
  z-index: 1000;
  display: grid;
  overflow: hidden;
  border-radius: var(--q-radius-small);
  background: var(--q-raised);
  box-shadow: var(--q-shadow);
}

.zoom button {
  border-radius: 0;
}

.zoom button:focus-visible {
  outline-offset: -2px;
}

.attribution {
  position: absolute;
  right: 0;
  bottom: 0;
  z-index: 1000;
  margin: 0;
  padding: 1px 6px;
  border-radius: var(--q-radius-tiny) 0 0;
  background: color-mix(in srgb, var(--q-raised) 88%, transparent);
  font-size: 11px;
  line-height: 16px;
}

.attribution a {
  color: inherit;
}

.pin > span {
  display: block;
  position: relative;
}

.disc {
  position: relative;
  display: grid;
  place-items: center;
  width: 28px;
  height: 28px;
  border-radius: 50%;
  background: var(--person);
  box-shadow: 0 0 0 2px #fff, 0 1px 4px #0006;
  color: #fff;
  font-size: 11px;
  font-weight: 600;
  line-height: 1;
}

/* The letters are for the eye: names are in the list. */
.disc::before {
  content: attr(data-initials);
}

.disc.heads::after {
  content: '';
  position: absolute;
  inset: -12px;
  rotate: var(--heading);
  background: linear-gradient(var(--person), var(--person)) top center / 2px 8px no-repeat;
}

.pin-label {
  position: absolute;
  top: 32px;
  left: 50%;
  max-width: 140px;
  padding: 0 6px;
  overflow: hidden;
  translate: -50% 0;
  border-radius: var(--q-radius-tiny);
  background: var(--q-raised);
  box-shadow: var(--q-shadow);
  color: var(--q-ink);
  font-size: 12px;
  font-weight: 600;
  line-height: 18px;
  text-overflow: ellipsis;
  white-space: nowrap;
}

.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px;
}

.people {
  display: flex;
  flex: 1;
  flex-wrap: wrap;
  gap: 4px;
  margin: 0;
  padding: 0;
  list-style: none;
}

.bar button {
  border: 1px solid var(--q-line);
}

.bar button[aria-pressed='true'] {
  border-color: var(--q-accent);
  background: var(--q-accent-soft);
  color: var(--q-accent);
}

.spot {
  width: 10px;
  height: 10px;
  border-radius: 50%;
  background: var(--person);
}

.nobody {
  flex: 1;
  margin: 0;
  color: var(--q-ink-2);
}

.notice {
  margin: 0;
  color: var(--q-danger);
  font-size: 13px;
}
`;
