import type { Person } from '@quire/client';
import { h } from '../base/h.ts';
import { follow, type Held } from '../base/held.ts';
import { initialsOf } from '../base/initials.ts';
import { safeColor } from '../base/presence-colors.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import { describePeople, readMax } from './describe-people.ts';
import { presenceWords } from './words.ts';

const DEFAULT_MAX = 5;

/** What has a place in the list: somebody, or the number of those for whom there is none. */
type Place =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'more'; readonly hidden: readonly Person[]; readonly more: number };

/** Who is here. */
export class QuirePresence extends QuireElement {
  static override readonly tag = 'quire-presence';
  static override readonly hasStatusLine = false;
  static override readonly properties: readonly string[] = [...QuireElement.properties, 'max'];
  static override readonly words = presenceWords;
  static override readonly styles = `
:host {
  display: inline-flex;
  vertical-align: middle;
}

ul {
  display: flex;
  margin: 0;
  padding: 2px;
  list-style: none;
}

li {
  position: relative;
  display: grid;
  place-items: center;
  flex: none;
  width: var(--quire-avatar-size, 30px);
  height: var(--quire-avatar-size, 30px);
  border-radius: 50%;
  background: var(--person);
  box-shadow: 0 0 0 2px var(--q-surface);
  color: #fff;
  font: 600 12px / 1 var(--q-ui);
  animation: arrive 160ms ease-out;
}

li + li {
  margin-inline-start: -4px;
}

li.more {
  width: auto;
  min-width: var(--quire-avatar-size, 30px);
  padding-inline: 8px;
  border-radius: calc(var(--quire-avatar-size, 30px) / 2);
  background: var(--q-hover);
  color: var(--q-ink);
}

@keyframes arrive {
  from {
    scale: 0.6;
    opacity: 0;
  }
}
`;
  #people: readonly Person[] = [];
  #viewers = 0;
  #showPlaces: ((places: readonly Place[]) => void) | null = null;
  /** What was last told of who is here. */
  #told = '';

  static override get observedAttributes(): readonly string[] {
    return [...QuireElement.observedAttributes, 'max'];
  }

  /** How many have an avatar of their own; who is beyond them is counted. */
  get max(): number {
    return readMax(this.getAttribute('max'), DEFAULT_MAX);
  }

  set max(value: number | string | null | undefined) {
    reflect(this, 'max', value);
  }

  /** Everybody in the room of whom the server says who they are, this person first. */
  get people(): readonly Person[] {
    return this.#people;
  }

  protected override show({ room, root, signal }: Held): () => void {
    const list = h('ul', { part: 'avatars', role: 'list', 'aria-label': this.word('label') });
    root.append(list);
    // Those who stay keep their avatar: only who arrives is drawn anew.
    this.#showPlaces = createKeyedList<Place, HTMLLIElement>(list, {
      keyOf: (place) => (place.kind === 'person' ? String(place.person.clientId) : 'more'),
      create: () => h('li'),
      update: (item, place) => (place.kind === 'person' ? this.#dress(item, place.person) : this.#count(item, place)),
    });
    follow(room.presence.people, signal, (people) => {
      this.#people = people;
      this.#render();
    });
    follow(room.presence.viewers, signal, (viewers) => {
      this.#viewers = viewers;
      this.#render();
    });
    return () => {
      this.#showPlaces = null;
      this.#told = '';
      this.#people = [];
      this.#viewers = 0;
    };
  }

  protected override changed(): void {
    this.#render();
  }

  #render(): void {
    if (this.#showPlaces === null) return;
    const { shown, hidden, more } = describePeople(this.#people, this.#viewers, this.max);
    const places = shown.map((person): Place => ({ kind: 'person', person }));
    this.#showPlaces(more === 0 ? places : [...places, { kind: 'more', hidden, more }]);
    this.#tellWho();
  }

  /** A caret that moves is news of somebody once a second, and none of who is here. */
  #tellWho(): void {
    const people = this.#people;
    const viewers = this.#viewers;
    const who = JSON.stringify([
      people.map(({ clientId, name, color, isMe }) => [clientId, name, color, isMe]),
      viewers,
    ]);
    if (who === this.#told) return;
    this.#told = who;
    this.tell('presence', { people, viewers });
  }

  #dress(item: HTMLElement, person: Person): void {
    const name = person.isMe ? this.word('you', { name: person.name }) : person.name;
    if (item.title === name && item.dataset.color === person.color) return;
    item.dataset.color = person.color;
    item.title = name;
    item.setAttribute('part', person.isMe ? 'avatar me' : 'avatar');
    item.style.setProperty('--person', safeColor(person.color));
    item.replaceChildren(
      h('span', { 'aria-hidden': 'true' }, initialsOf(person.name)),
      h('span', { class: 'unseen' }, name),
    );
  }

  #count(item: HTMLElement, { hidden, more }: Place & { readonly kind: 'more' }): void {
    const names = hidden.map(({ name }) => name).join(', ');
    const count = this.word('more', { count: more });
    item.className = 'more';
    item.title = names;
    item.setAttribute('part', 'avatar more');
    item.replaceChildren(
      h('span', { 'aria-hidden': 'true' }, `+${more}`),
      h('span', { class: 'unseen' }, names === '' ? count : `${count}: ${names}`),
    );
  }
}
