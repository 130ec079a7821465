import type { Room } from '@quire/client';
import { h } from '../base/h.ts';
import { safeColor } from '../base/presence-colors.ts';
import { createPresenceField, readOthers } from '../base/presence-field.ts';
import { createGliders } from '../motion/gliders.ts';
import type { At } from './at.ts';
import { BOARD_HEIGHT, BOARD_WIDTH, type View } from './view.ts';

/** Where somebody points at a board, in its units. */
interface Pointing extends At {
  readonly field: string;
}

export interface Pointers {
  /** Holds the labels of others, over the board. */
  readonly element: HTMLElement;
  /** Where this person points; null: nowhere. */
  point(at: At | null): void;
  /** The board is shown otherwise now. */
  arrange(): void;
  close(): void;
}

/** A pointer is told 25 times a second; between two tellings, and no longer, it is on its way. */
const LONGEST_MS = 120;

/** Tells others where this person points at a board, and shows where they do. */
export function watchPointers({ presence }: Room, field: string, readView: () => View): Pointers {
  const element = h('div', { 'aria-hidden': 'true' });
  const said = createPresenceField<Pointing>(presence, 'board');
  const labels = new Map<number, HTMLElement>();

  const place = (label: HTMLElement, [x, y]: readonly [number, number]) => {
    const { x: left, y: top, zoom } = readView();
    const isShown = x >= left && y >= top && x <= left + BOARD_WIDTH / zoom && y <= top + BOARD_HEIGHT / zoom;
    label.hidden = !isShown;
    const part = { x: ((x - left) * zoom) / BOARD_WIDTH, y: ((y - top) * zoom) / BOARD_HEIGHT };
    const paper = element.parentElement;
    const [width, height] = [paper?.clientWidth ?? 0, paper?.clientHeight ?? 0];
    label.style.setProperty('translate', `${part.x * width + 9}px ${part.y * height + 9}px`);
  };
  const gliders = createGliders<number>({
    longestMs: LONGEST_MS,
    onMove(id, spot) {
      const label = labels.get(id);
      if (label !== undefined) place(label, spot);
    },
  });
  const look = () => {
    const pointing = readOthers(presence.others.get(), 'board', (value) => parsePointing(value, field));
    const ids = new Set([...pointing.keys()].map(({ clientId }) => clientId));
    for (const [id, label] of labels) {
      if (ids.has(id)) continue;
      label.remove();
      labels.delete(id);
      gliders.forget(id);
    }
    for (const [{ clientId: id, name, color }, { x, y }] of pointing) {
      const label = labels.get(id) ?? h('span', { class: 'pointer-label', part: 'pointer' });
      if (!labels.has(id)) element.append(label);
      labels.set(id, label);
      label.textContent = name;
      label.style.setProperty('--person', safeColor(color));
      gliders.tell(id, [x, y]);
    }
  };
  const stopWatching = presence.others.subscribe(look);
  look();

  return {
    element,
    point(at) {
      if (at === null) said.clear();
      else said.set({ field, x: Math.round(at.x), y: Math.round(at.y) });
    },
    arrange() {
      for (const [id, label] of labels) {
        const spot = gliders.find(id);
        if (spot !== null) place(label, spot);
      }
    },
    close() {
      stopWatching();
      said.close();
      gliders.close();
    },
  };
}

function parsePointing(value: unknown, field: string): At | null {
  if (typeof value !== 'object' || value === null) return null;
  const { field: on, x, y } = value as Readonly<Record<string, unknown>>;
  return on === field && typeof x === 'number' && typeof y === 'number' && Number.isFinite(x + y) ? { x, y } : null;
}
