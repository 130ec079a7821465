import type { Other } from '@quire/client';
import { h } from '../base/h.ts';
import { follow, type Held } from '../base/held.ts';
import { createPresenceField, type PresenceField, readOthers } from '../base/presence-field.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { findAnchor, resolveAnchor } from './anchors.ts';
import { CursorLayer, type Pointing } from './cursor-layer.ts';
import { type Pointer, parsePointer, placeIn } from './pointer.ts';

const FIELD = 'pointer';

/** Shows where others point, over whatever lies inside it. */
export class QuireCursors extends QuireElement {
  static override readonly tag = 'quire-cursors';
  static override readonly hasStatusLine = false;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'anchor', 'channel'];
  // What lies inside is the page's own, and keeps its looks.
  static override readonly styles = `
:host {
  position: relative;
  display: block;
  color: inherit;
  font: inherit;
  text-align: inherit;
}

.layer {
  position: absolute;
  inset: 0;
  z-index: var(--quire-cursors-z, 10);
  overflow: clip;
  pointer-events: none;
}

.pointer {
  position: absolute;
  top: 0;
  left: 0;
  display: flex;
  align-items: start;
  transition: opacity 180ms;
}

.pointer[data-gone],
.pointer[data-outside] {
  opacity: 0;
}

.arrow {
  flex: none;
  width: 16px;
  height: 20px;
  fill: var(--person);
  stroke: #fff;
  stroke-width: 1.4;
  stroke-linejoin: round;
}

.name {
  margin: 14px 0 0 -3px;
  padding: 2px 7px;
  border-radius: 3px 8px 8px;
  background: var(--person);
  color: #fff;
  font: 600 11.5px / 16px var(--q-ui);
  white-space: nowrap;
}
`;
  #layer: CursorLayer | null = null;
  #field: PresenceField<Pointer> | null = null;

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'anchor', 'channel'];
  }

  /** A selector of elements inside this one: a place over one of them is given in parts of it, not of the whole. */
  get anchor(): string | null {
    return this.getAttribute('anchor');
  }

  set anchor(value: string | null | undefined) {
    reflect(this, 'anchor', value);
  }

  /** Which of several such elements in a document this is: those who look at the same one see each other. */
  get channel(): string {
    return this.getAttribute('channel') ?? '';
  }

  set channel(value: string | null | undefined) {
    reflect(this, 'channel', value);
  }

  protected override frame(root: ShadowRoot): void {
    root.append(h('slot'));
  }

  protected override show({ room: { presence }, root, signal }: Held): () => void {
    const layer = new CursorLayer({
      findHost: () => this.getBoundingClientRect(),
      findAnchor: (anchor) => resolveAnchor(this, this.anchor, anchor)?.getBoundingClientRect() ?? null,
      now: () => performance.now(),
      wantsMotion: () => !matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
    const field = createPresenceField<Pointer>(presence, FIELD);
    this.#layer = layer;
    this.#field = field;
    root.append(layer.element);

    follow(presence.others, signal, (others) => layer.show(this.#readPointing(others)));

    const point = (event: PointerEvent) => this.#point(event);
    const leave = () => field.clear();
    this.addEventListener('pointermove', point, { signal });
    for (const type of ['pointerleave', 'pointercancel'] as const) this.addEventListener(type, leave, { signal });
    // A finger that is lifted points no longer.
    this.addEventListener('pointerup', ({ pointerType }) => pointerType === 'touch' && leave(), { signal });
    // Whoever looks at another page points at nothing here.
    document.addEventListener('visibilitychange', () => document.hidden && leave(), { signal });
    this.addEventListener('scroll', () => layer.place(), { signal, capture: true, passive: true });
    const sizes = new ResizeObserver(() => layer.place());
    sizes.observe(this);

    return () => {
      sizes.disconnect();
      field.close();
      layer.close();
      this.#layer = null;
      this.#field = null;
    };
  }

  protected override changed(name: string): void {
    if (name === 'channel') this.showAgain();
    else this.#layer?.place();
  }

  #point({ clientX, clientY, target }: PointerEvent): void {
    const { anchor, box } = findAnchor(this, this.anchor, target instanceof Element ? target : this);
    const place = placeIn(box.getBoundingClientRect(), clientX, clientY);
    if (place !== null) this.#field?.set({ over: this.channel, anchor, ...place });
  }

  #readPointing(others: readonly Other[]): ReadonlyMap<number, Pointing> {
    const pointing = new Map<number, Pointing>();
    for (const [{ clientId, name, color }, pointer] of readOthers(others, FIELD, parsePointer)) {
      if (pointer.over === this.channel) pointing.set(clientId, { pointer, name, color });
    }
    return pointing;
  }
}
