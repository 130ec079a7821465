import type { Person, Room } from '@quire/client';
import { h } from '../base/h.ts';
import type { Held } from '../base/held.ts';
import { safeColor } from '../base/presence-colors.ts';
import { createPresenceField, type PresenceField, readOthers } from '../base/presence-field.ts';
import { QuireElement, reflect } from '../base/quire-element.ts';
import { styleSheet } from '../base/style-sheets.ts';
import type { Spot } from '../motion/glide.ts';
import { createGliders, type Gliders } from '../motion/gliders.ts';
import { fetchPart } from '../parts/fetch-part.ts';
import { locate, minus, plus } from '../parts/icons.ts';
import { createKeyedList } from '../parts/keyed-list.ts';
import type { MapView, PeopleMap } from './leaflet-map.ts';
import { type LocationWatch, watchLocation } from './location.ts';
import { boundsOf, nearestTurn, type Position, parsePosition } from './positions.ts';
import { parseView } from './read-view.ts';
import { mapStyles } from './styles.ts';
import { mapWords } from './words.ts';

/** Places come from satellites once a second or so: a way takes no longer than until the next one. */
const LONGEST_MS = 1_500;
const DEFAULT_MAX_ZOOM = 19;

/** Whom the map goes along with: everybody, somebody by their client's id, or nobody. */
type Followed = 'all' | number | null;

/** What the page asks for holds for whoever comes and goes, until somebody moves the map by hand, or chooses otherwise. */
type Course = { readonly by: 'page' | 'hand'; readonly followed: Followed };

const NOWHERE_YET: Course = { by: 'page', followed: null };

/** Somebody who says where they are. */
interface Located {
  readonly person: Person;
  readonly position: Position;
}

interface ShownMap {
  readonly map: PeopleMap;
  readonly gliders: Gliders<number>;
  /** Reads everybody's presence anew. */
  readonly look: () => void;
}

/** Where people are, while they are there and say so. */
export class QuireMap extends QuireElement {
  static override readonly tag = 'quire-map';
  static override readonly styles = mapStyles;
  static override readonly words = mapWords;
  static override readonly properties: readonly string[] = [
    ...QuireElement.properties,
    'tiles',
    'attribution',
    'attributionHref',
    'center',
    'zoom',
    'maxZoom',
    'follow',
    'noShare',
  ];
  #shown: ShownMap | null = null;
  #located: ReadonlyMap<number, Located> = new Map();
  #course = NOWHERE_YET;
  #said: PresenceField<Position> | null = null;
  /** What this person says in this room, or in the first that there is. */
  #own: Position | null = null;
  #watch: LocationWatch | null = null;
  #notice: HTMLElement | null = null;
  #shareButton: HTMLButtonElement | null = null;
  #renderPeople: () => void = () => {};
  #renderCredit: () => void = () => {};
  /** Kept while the element is shown anew. */
  #view: MapView | null = null;

  static override get observedAttributes(): readonly string[] {
    return [
      ...QuireElement.observedAttributes,
      'tiles',
      'attribution',
      'attribution-href',
      'center',
      'zoom',
      'max-zoom',
      'follow',
      'no-share',
    ];
  }

  /** Where the map's pictures come from: `https://…/{z}/{x}/{y}.png`. */
  get tiles(): string | null {
    return this.getAttribute('tiles');
  }

  set tiles(value: string | null | undefined) {
    reflect(this, 'tiles', value);
  }

  /** Whose map it is, as its maker wants it said. */
  get attribution(): string | null {
    return this.getAttribute('attribution');
  }

  set attribution(value: string | null | undefined) {
    reflect(this, 'attribution', value);
  }

  /** Where that leads to. */
  get attributionHref(): string | null {
    return this.getAttribute('attribution-href');
  }

  set attributionHref(value: string | null | undefined) {
    reflect(this, 'attribution-href', value);
  }

  /** `latitude, longitude` of what is shown first. */
  get center(): string | null {
    return this.getAttribute('center');
  }

  set center(value: string | null | undefined) {
    reflect(this, 'center', value);
  }

  /** How near, together with `center`. */
  get zoom(): string | null {
    return this.getAttribute('zoom');
  }

  set zoom(value: number | string | null | undefined) {
    reflect(this, 'zoom', value);
  }

  /** The nearest that there are pictures for. */
  get maxZoom(): number {
    const zoom = Number(this.getAttribute('max-zoom') ?? DEFAULT_MAX_ZOOM);
    return zoom > 0 ? zoom : DEFAULT_MAX_ZOOM;
  }

  set maxZoom(value: number | string | null | undefined) {
    reflect(this, 'max-zoom', value);
  }

  /** Without the button that shares this person’s location. */
  get noShare(): boolean {
    return this.hasAttribute('no-share');
  }

  set noShare(value: boolean | null | undefined) {
    this.toggleAttribute('no-share', value ?? false);
  }

  /** `all`, `me`, or what somebody is called. */
  get follow(): string | null {
    return this.getAttribute('follow');
  }

  set follow(value: string | null | undefined) {
    reflect(this, 'follow', value);
  }

  /** Everybody who says where they are, as they last said it. */
  get positions(): readonly {
    readonly clientId: number;
    readonly name: string;
    readonly position: Position;
    readonly isMe: boolean;
  }[] {
    return [...this.#located.values()].map(({ person: { clientId, name, isMe }, position }) => ({
      clientId,
      name,
      position,
      isMe,
    }));
  }

  /**
   * Says where this person is, from what the host page knows.
   *
   * @throws {RangeError} when that is nowhere on earth
   */
  setPosition(lat: number, lng: number, more: { readonly accuracy?: number; readonly heading?: number } = {}): void {
    const position = parsePosition({ lat, lng, ...more });
    if (position === null)
      throw new RangeError(`There is no latitude ${lat} with longitude ${lng}: give degrees, up to 90 and 180.`);
    this.#own = position;
    this.#said?.set(position);
    this.#shown?.look();
  }

  /** Says it no more. */
  clearPosition(): void {
    this.#own = null;
    this.#said?.clear();
    this.#shown?.look();
  }

  /** Asks this person's browser where they are, and says so until `stopSharing`. Resolves once it is known, or that is stopped. */
  async shareLocation(): Promise<void> {
    this.stopSharing();
    this.#say('');
    let isLost = false;
    const watch = watchLocation(
      ({ lat, lng, accuracy, heading }) => {
        if (isLost) this.#say('');
        isLost = false;
        this.setPosition(lat, lng, {
          ...(accuracy === null ? {} : { accuracy }),
          ...(heading === null ? {} : { heading }),
        });
      },
      (problem, isOver) => {
        isLost = true;
        if (isOver) this.stopSharing();
        this.#say(this.word(problem));
      },
    );
    this.#watch = watch;
    this.#renderShare();
    await watch.first;
  }

  stopSharing(): void {
    if (this.#watch === null) return;
    this.#watch.stop();
    this.#watch = null;
    this.clearPosition();
    this.#renderShare();
  }

  protected override show(held: Held): () => void {
    const container = h('div', { class: 'map', part: 'map', role: 'region', 'aria-label': this.word('map') });
    const zoomIn = h(
      'button',
      { type: 'button', 'aria-label': this.word('zoomIn'), title: this.word('zoomIn') },
      plus(),
    );
    const zoomOut = h(
      'button',
      { type: 'button', 'aria-label': this.word('zoomOut'), title: this.word('zoomOut') },
      minus(),
    );
    const credit = h('p', { class: 'attribution', part: 'attribution' });
    const notice = h('p', { class: 'notice', part: 'notice', role: 'alert', hidden: true });
    const share = h('button', { type: 'button', part: 'share', onclick: () => this.#toggleSharing() }, locate());
    const list = h('ul', { class: 'people', part: 'people', 'aria-label': this.word('people') });
    const nobody = h('p', { class: 'nobody' }, this.word('nobody'));
    const box = h(
      'div',
      { class: 'box' },
      container,
      h('div', { class: 'zoom', part: 'zoom' }, zoomIn, zoomOut),
      credit,
    );
    held.root.append(box, h('div', { class: 'bar', part: 'bar' }, list, nobody, share), notice);
    this.#notice = notice;
    this.#shareButton = share;
    this.#renderShare();
    this.#renderCredit = () => credit.replaceChildren(...this.#credit());
    this.#renderCredit();
    this.#renderPeople = this.#peopleIn(list, nobody);

    zoomIn.addEventListener('click', () => this.#shown?.map.zoomBy(1));
    zoomOut.addEventListener('click', () => this.#shown?.map.zoomBy(-1));
    this.#said = createPresenceField<Position>(held.room.presence, 'position');
    if (this.#own !== null) this.#said.set(this.#own);
    let close = () => {};
    this.shown = this.#load(container, held).then(
      (stop) => {
        if (held.signal.aborted) stop();
        else close = stop;
      },
      (error: unknown) => this.fail(error),
    );

    return () => {
      close();
      // Shown anew, it is the same map. In another room, for other people, nobody has said where they are yet.
      if (this.room === null) this.#begin();
      this.#said?.close();
      this.#said = null;
      this.#notice = null;
      this.#shareButton = null;
      this.#renderPeople = () => {};
      this.#renderCredit = () => {};
    };
  }

  #begin(): void {
    this.stopSharing();
    this.#own = null;
    this.#view = null;
    this.#course = NOWHERE_YET;
  }

  protected override changed(name: string): void {
    const map = this.#shown?.map;
    if (name === 'follow') this.#followAsAsked();
    else if (name === 'no-share') this.#renderShare();
    else if (name === 'attribution' || name === 'attribution-href') this.#renderCredit();
    else if (name === 'tiles' || name === 'max-zoom') map?.setTiles(this.tiles, this.maxZoom);
    else map?.setView(this.#askedView ?? map.readView());
  }

  get #askedView(): MapView | null {
    return parseView(this.center, this.zoom);
  }

  /** Leaflet comes with the first map of a page. */
  async #load(container: HTMLElement, { room, root, signal }: Held): Promise<() => void> {
    const waiting = h('div', { 'aria-hidden': 'true' });
    container.append(waiting);
    const parts = await fetchPart(() => Promise.all([import('./leaflet-map.ts'), import('./leaflet-styles.ts')]), {
      waiting,
      signal,
      word: (key) => this.word(key),
      onFailed: (error) => this.fail(error),
    });
    waiting.remove();
    if (parts === null || signal.aborted) return () => {};
    const [{ createPeopleMap }, { leafletStyles }] = parts;
    const sheet = styleSheet(leafletStyles);
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    const map = createPeopleMap({
      container,
      view: this.#view ?? this.#askedView ?? { center: [20, 0], zoom: 1 },
      isStill: window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      onGrab: () => this.#goAlongWith(null, 'hand'),
      onChoose: (id) => this.#choose(id),
      onTileError: () => this.#say(this.word('noTiles')),
    });
    map.setTiles(this.tiles, this.maxZoom);
    const gliders = createGliders<number>({
      longestMs: LONGEST_MS,
      onMove: (id, spot) => map.move(id, spot),
      onFrame: () => this.#goAlong(),
    });
    const look = () => this.#look(room.presence);
    this.#shown = { map, gliders, look };
    // The list has me as well, and is told of what moves nobody, such as a name.
    const stopWatching = [room.presence.others.subscribe(look), room.presence.people.subscribe(look)];
    look();
    if (this.#course.by === 'page') this.#followAsAsked();
    const stop = () => {
      this.#view = map.readView();
      this.#shown = null;
      this.#located = new Map();
      for (const stopOne of stopWatching) stopOne();
      gliders.close();
      map.close();
    };
    return stop;
  }

  #look({ others, people }: Room['presence']): void {
    const shown = this.#shown;
    if (shown === null) return;
    const before = this.#located;
    const said = readOthers(others.get(), 'position', parsePosition);
    const positions = new Map([...said].map(([{ clientId }, position]) => [clientId, position]));
    const located = people.get().flatMap((person) => {
      const position = person.isMe ? this.#own : (positions.get(person.clientId) ?? null);
      return position === null ? [] : [[person.clientId, { person, position }] as const];
    });
    this.#located = new Map(located);
    const isOther = located.length !== before.size || located.some(([id]) => !before.has(id));
    for (const id of before.keys()) {
      if (this.#located.has(id)) continue;
      shown.map.unpin(id);
      shown.gliders.forget(id);
      if (this.#course.followed === id) this.#goAlongWith(null, this.#course.by);
    }
    for (const [id, { person, position }] of located) {
      const drawn = shown.gliders.find(id);
      const spot: Spot = [position.lat, drawn === null ? position.lng : nearestTurn(position.lng, drawn[1])];
      shown.map.pin(id, { ...person, ...position }, drawn ?? spot);
      shown.gliders.tell(id, spot);
      const last = before.get(id)?.position;
      if (last?.lat !== position.lat || last.lng !== position.lng) {
        const { clientId, name, isMe } = person;
        this.tell('position', { clientId, name, isMe, position });
      }
    }
    if (this.#course.by === 'page' && isOther) this.#followAsAsked();
    if (this.#course.followed === 'all' && isOther) this.#fitAll();
    this.#renderPeople();
  }

  #followAsAsked(): void {
    const { follow } = this;
    if (follow === null) {
      this.#goAlongWith(this.#askedView === null ? 'all' : null, 'page');
      return;
    }
    const found = [...this.#located.values()].find(({ person }) =>
      follow === 'me' ? person.isMe : person.name === follow,
    );
    this.#goAlongWith(follow === 'all' ? 'all' : (found?.person.clientId ?? null), 'page');
  }

  /** Chosen once more, nobody. */
  #choose(id: 'all' | number): void {
    this.#goAlongWith(this.#course.followed === id ? null : id, 'hand');
  }

  #goAlongWith(followed: Followed, by: Course['by']): void {
    const before = this.#course;
    this.#course = { by, followed };
    if (before.followed === followed) return;
    if (followed === 'all') this.#fitAll();
    else this.#goAlong();
    this.#renderPeople();
    this.tell('follow', { follow: followed });
  }

  #goAlong(): void {
    const shown = this.#shown;
    const { followed } = this.#course;
    if (shown === null || followed === null) return;
    if (followed !== 'all') {
      const spot = shown.gliders.find(followed);
      if (spot !== null) shown.map.center(spot);
      return;
    }
    if (!shown.map.shows(this.#spots())) this.#fitAll();
  }

  #fitAll(): void {
    const bounds = boundsOf(this.#spots().map(([lat, lng]) => ({ lat, lng })));
    if (bounds !== null) this.#shown?.map.fit(bounds);
  }

  /** Where everybody is drawn. */
  #spots(): readonly Spot[] {
    return [...this.#located.keys()].flatMap((id) => {
      const spot = this.#shown?.gliders.find(id) ?? null;
      return spot === null ? [] : [spot];
    });
  }

  /** Also for who sees no map: who is on it, where, and a way to go along with them. */
  #peopleIn(list: HTMLElement, nobody: HTMLElement): () => void {
    type Choice = { readonly id: 'all' } | { readonly id: number; readonly located: Located };
    const show = createKeyedList<Choice, HTMLLIElement>(list, {
      keyOf: ({ id }) => String(id),
      create: ({ id }) => h('li', {}, h('button', { type: 'button', onclick: () => this.#choose(id) })),
      update: (item, choice) => {
        const button = item.firstElementChild;
        if (button === null) return;
        button.setAttribute('aria-pressed', String(this.#course.followed === choice.id));
        if (choice.id === 'all') button.textContent = this.word('everybody');
        else this.#describe(button, choice.located);
      },
    });
    return () => {
      const people = [...this.#located].map(([id, located]): Choice => ({ id, located }));
      nobody.hidden = people.length > 0;
      list.hidden = people.length === 0;
      show(people.length > 1 ? [{ id: 'all' }, ...people] : people);
    };
  }

  #describe(button: Element, { person, position: { lat, lng } }: Located): void {
    const name = person.isMe ? this.word('you', { name: person.name }) : person.name;
    const spot = h('span', { class: 'spot' });
    spot.style.setProperty('--person', safeColor(person.color));
    // Whoever hears the button hears where they are as well; the name comes first, as it is read on it.
    const label = this.word('follow', { name, lat: lat.toFixed(3), lng: lng.toFixed(3) });
    if (button.getAttribute('aria-label') === label) return;
    button.setAttribute('aria-label', label);
    button.replaceChildren(spot, name);
  }

  #credit(): (Node | string)[] {
    const words = this.attribution?.trim() ?? '';
    const href = this.attributionHref;
    if (words === '') return [];
    const isPage = href !== null && /^https?:/i.test(href);
    return [isPage ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, words) : words];
  }

  #toggleSharing(): void {
    if (this.#watch !== null) {
      this.stopSharing();
      return;
    }
    // Why not is said below the map.
    this.shareLocation().catch((error: unknown) => this.fail(error));
  }

  #renderShare(): void {
    const button = this.#shareButton;
    if (button === null) return;
    const isSharing = this.#watch !== null;
    button.hidden = this.noShare;
    button.setAttribute('aria-pressed', String(isSharing));
    button.replaceChildren(locate(), this.word(isSharing ? 'sharing' : 'share'));
  }

  #say(words: string): void {
    if (this.#notice === null) return;
    this.#notice.hidden = words === '';
    this.#notice.textContent = words;
  }
}
