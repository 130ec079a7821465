import { h, svg } from '../base/h.ts';
import { safeColor } from '../base/presence-colors.ts';
import { createFrameLoop } from '../motion/frame-loop.ts';
import { type Glide, glideTo, isAtRest, restAt, spotAt } from '../motion/glide.ts';
import { type Box, type Pointer, placeOf } from './pointer.ts';

/** Longer than between two tellings of somebody who moves: a network is not even. */
const LONGEST_GLIDE_MS = 120;
/** As long as the styles take to let it fade. */
const FADE_MS = 180;
const MAX_LABEL_LENGTH = 40;

export interface Pointing {
  readonly pointer: Pointer;
  readonly name: string;
  readonly color: string;
}

interface LayerParts {
  /** Where an anchor is; null where there is none such here. */
  readonly findAnchor: (anchor: Pointer['anchor']) => Box | null;
  readonly findHost: () => Box;
  readonly now: () => number;
  readonly wantsMotion: () => boolean;
}

interface Drawn {
  readonly element: HTMLElement;
  glide: Glide;
  anchor: Pointer['anchor'];
  fading: ReturnType<typeof setTimeout> | null;
}

/** The pointers of others, each on its way from where it was last seen to where it was last said to be. */
export class CursorLayer {
  readonly element = h('div', { class: 'layer', part: 'layer', 'aria-hidden': 'true' });
  readonly #drawn = new Map<number, Drawn>();
  readonly #parts: LayerParts;
  readonly #frames = createFrameLoop(() => this.#placeAll());

  constructor(parts: LayerParts) {
    this.#parts = parts;
  }

  /** Everybody who points here now; who is not among them any more fades. */
  show(pointing: ReadonlyMap<number, Pointing>): void {
    for (const [clientId, { pointer, name, color }] of pointing) this.#show(clientId, pointer, name, color);
    for (const [clientId, drawn] of this.#drawn) if (!pointing.has(clientId)) this.#fade(clientId, drawn);
    this.place();
  }

  /** Draws everybody where they are by now: the page may have scrolled, or be laid out anew. */
  place(): void {
    if (this.#placeAll()) this.#frames.wake();
  }

  close(): void {
    this.#frames.close();
    for (const { fading } of this.#drawn.values()) if (fading !== null) clearTimeout(fading);
    this.#drawn.clear();
    this.element.remove();
  }

  /** Says whether anybody is still on their way. */
  #placeAll(): boolean {
    const now = this.#parts.now();
    const host = this.#parts.findHost();
    let isMoving = false;
    for (const drawn of this.#drawn.values()) {
      const box = this.#parts.findAnchor(drawn.anchor);
      const [x, y] = spotAt(drawn.glide, now);
      const [left, top] = box === null ? [-1, -1] : placeOf({ x, y }, box, host);
      const isOutside = left < 0 || top < 0 || left > host.width || top > host.height;
      drawn.element.toggleAttribute('data-outside', isOutside);
      drawn.element.style.setProperty('translate', `${left}px ${top}px`);
      isMoving ||= !isAtRest(drawn.glide, now);
    }
    return isMoving;
  }

  #show(clientId: number, pointer: Pointer, name: string, color: string): void {
    const now = this.#parts.now();
    const drawn = this.#drawn.get(clientId) ?? this.#draw(clientId, pointer);
    if (drawn.fading !== null) clearTimeout(drawn.fading);
    drawn.fading = null;
    drawn.element.removeAttribute('data-gone');
    const label = drawn.element.lastElementChild;
    if (label !== null) label.textContent = name.slice(0, MAX_LABEL_LENGTH);
    drawn.element.style.setProperty('--person', safeColor(color));
    // In another anchor the parts are of another size: there it begins anew.
    const isElsewhere = drawn.anchor !== pointer.anchor;
    drawn.anchor = pointer.anchor;
    const spot = [pointer.x, pointer.y] as const;
    const [x, y] = drawn.glide.to;
    if (isElsewhere) drawn.glide = restAt(spot, now);
    else if (x !== spot[0] || y !== spot[1]) {
      drawn.glide = this.#parts.wantsMotion() ? glideTo(drawn.glide, spot, now, LONGEST_GLIDE_MS) : restAt(spot, now);
    }
  }

  #draw(clientId: number, { anchor, x, y }: Pointer): Drawn {
    const arrow = svg(
      'svg',
      { class: 'arrow', viewBox: '0 0 16 20' },
      svg('path', { d: 'M1 1v15l4.2-4 2.6 6 2.6-1.1-2.6-5.9H14z' }),
    );
    const element = h('div', { class: 'pointer', part: 'cursor' }, arrow, h('span', { class: 'name', part: 'label' }));
    element.dataset.client = String(clientId);
    const drawn: Drawn = { element, anchor, glide: restAt([x, y], this.#parts.now()), fading: null };
    this.#drawn.set(clientId, drawn);
    this.element.append(element);
    return drawn;
  }

  #fade(clientId: number, drawn: Drawn): void {
    if (drawn.fading !== null) return;
    drawn.element.setAttribute('data-gone', '');
    drawn.fading = setTimeout(() => {
      drawn.element.remove();
      this.#drawn.delete(clientId);
    }, FADE_MS);
  }
}
