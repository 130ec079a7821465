import { type PersonDetails, QuireError, type Room, type RoomStatus, statusTable } from '@quire/client';
import type { QuireEventDetails } from '../events.ts';
import { type ClientLease, leaseClient } from './clients.ts';
import { askForContext, type ContextSource, onSourcesChanged } from './context.ts';
import { h } from './h.ts';
import type { Held } from './held.ts';
import { colorFor } from './presence-colors.ts';
import { mergeSettings, type Settings, type TokenSource, type Words } from './settings.ts';
import { styleSheet } from './style-sheets.ts';
import { themeStyles } from './theme.ts';

/** On a server that renders pages there are no elements: what stands on this can be imported there, and does nothing. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** Of these another value is another room, or another way to it. */
const PLACE = ['server', 'document', 'token'] as const;

/** Settings that are attributes. */
const TEXTS = ['server', 'document', 'token', 'name', 'color', 'lang'] as const;

/** What is wrong with a room, as the page has been told. Whoever opens one has a room of their own, and its status in common. */
const toldFaults = new WeakMap<Room['status'], string>();

/** What is declared of an event; elements of others have events of their own, with whatever they carry. */
type DetailOf<Name extends string> = `quire-${Name}` extends keyof QuireEventDetails
  ? QuireEventDetails[`quire-${Name}`]
  : unknown;

interface HeldRoom {
  readonly room: Room;
  readonly lease: ClientLease;
  readonly settings: Settings;
  stopFollowing: () => void;
  /** Takes away what is shown of it. */
  clear: () => void;
}

/**
 * An element of a page that shows something of a room. Whoever extends it says what to show when there is one; which room that is,
 * who this person is in it, how it goes, and what of this changes, is settled here.
 *
 * @example
 * class QuireCount extends QuireElement {
 *   static override tag = 'quire-count';
 *   protected override show({ room, root, signal }: Held) {
 *     const count = h('output');
 *     root.append(count);
 *     follow(room.presence.people, signal, (people) => { count.value = String(people.length); });
 *     return () => {};
 *   }
 * }
 * define(QuireCount);
 */
export abstract class QuireElement extends Base {
  static tag = '';
  /** CSS text, beside the theme's. */
  static styles = '';
  /** The element's words; a page changes any of them by `strings`. */
  static words: Words = {};
  /** Without a line of its own that says how the room goes, where another element says it or there is no place for it. */
  static hasStatusLine = true;
  /** Set by a page before this class was known, they would hide the accessors of their names. */
  static properties: readonly string[] = [
    'server',
    'document',
    'token',
    'name',
    'color',
    'theme',
    'noStatus',
    'getToken',
    'strings',
  ];

  static get observedAttributes(): readonly string[] {
    return ['server', 'document', 'token', 'name', 'color', 'theme', 'lang', 'no-status'];
  }

  protected readonly internals: ElementInternals | null = null;
  /** Resolves once what `show` began is there to be seen; for elements that have to fetch something first. Never rejects. */
  protected shown: Promise<unknown> = Promise.resolve();
  readonly #root: ShadowRoot | null = null;
  #statusLine: HTMLElement | null = null;
  /** What is in the root with or without a room; null until the element is first in a page. */
  #lasting: ReadonlySet<Node> | null = null;
  #getToken: TokenSource | undefined;
  /** What the connection knows of it: a page may set another function with each of its renders, and the newest is asked. */
  readonly #askToken: TokenSource = (request) => this.#newestGetToken(request);
  /** Also once it is taken back, for a connection that is about to be closed. */
  #newestGetToken: TokenSource = async () => '';
  #strings: Words | undefined;
  #source: ContextSource | null = null;
  #stopFollowing: (() => void) | null = null;
  #stopAsking: (() => void) | null = null;
  #held: HeldRoom | null = null;
  /** The settings with which nothing could be opened. */
  #refused: Settings | null = null;
  #shown: Shown | null = null;
  #isScheduled = false;
  #toldReady = false;
  /** What is wrong with the room, as the page has been told; null while nothing is. */
  #toldFault: string | null = null;

  constructor() {
    super();
    if (typeof document === 'undefined') return;
    const made = new.target as typeof QuireElement;
    this.#root = this.attachShadow({ mode: 'open' });
    this.#root.adoptedStyleSheets = [styleSheet(themeStyles), styleSheet(made.styles)];
    this.internals = typeof this.attachInternals === 'function' ? this.attachInternals() : null;
  }

  // What a page may say of an element, as attributes and properties alike.

  get server(): string | null {
    return this.getAttribute('server');
  }

  set server(value: string | null | undefined) {
    reflect(this, 'server', value);
  }

  get document(): string | null {
    return this.getAttribute('document');
  }

  set document(value: string | null | undefined) {
    reflect(this, 'document', value);
  }

  get token(): string | null {
    return this.getAttribute('token');
  }

  set token(value: string | null | undefined) {
    reflect(this, 'token', value);
  }

  /** What this person is called, unless a token says so. */
  get name(): string | null {
    return this.getAttribute('name');
  }

  set name(value: string | null | undefined) {
    reflect(this, 'name', value);
  }

  /** This person's colour, as `#rrggbb`. */
  get color(): string | null {
    return this.getAttribute('color');
  }

  set color(value: string | null | undefined) {
    reflect(this, 'color', value);
  }

  get theme(): string | null {
    return this.getAttribute('theme');
  }

  set theme(value: string | null | undefined) {
    reflect(this, 'theme', value);
  }

  /** Without the line that says how the room goes. */
  get noStatus(): boolean {
    return this.hasAttribute('no-status');
  }

  set noStatus(value: boolean | null | undefined) {
    this.toggleAttribute('no-status', value ?? false);
  }

  /** The newest is asked for a fresh token on every connection; wins over `token`. */
  get getToken(): TokenSource | undefined {
    return this.#getToken;
  }

  set getToken(value: TokenSource | null | undefined) {
    this.#getToken = value ?? undefined;
    this.#newestGetToken = value ?? this.#newestGetToken;
    this.#settle();
  }

  /** Other words for this element's own, by their keys. */
  get strings(): Words | undefined {
    return this.#strings;
  }

  set strings(value: Words | null | undefined) {
    this.#strings = value ?? undefined;
    this.#settle();
  }

  /** The room, while there is one; the element lets go of it when it leaves the page. */
  get room(): Room | null {
    return this.#held?.room ?? null;
  }

  // What an element is made of.

  /** Called with the room when there is one; what it returns is called when the room goes away, or becomes another. */
  protected abstract show(held: Held): () => void;

  /** Puts what is there with or without a room into the root; called once, when the element is first in a page. */
  protected frame(_root: ShadowRoot): void {}

  /** An attribute or property of the element's own has changed. */
  protected changed(_name: string): void {}

  /** Takes away what is shown of the room, and shows it anew. */
  protected showAgain(): void {
    const held = this.#held;
    if (held === null || this.#root === null) return;
    held.clear();
    this.#present(held, this.#root);
  }

  /** Settings that an element hands on, or works with: its own before those from further up. */
  protected get settings(): Settings {
    return mergeSettings(this.#ownSettings(), this.#source?.settings ?? {});
  }

  /** One of the element's words, with `{name}` replaced by what is given for it. */
  protected word(key: string, values: Readonly<Record<string, string | number>> = {}): string {
    const { words } = this.constructor as typeof QuireElement;
    const text = this.settings.strings?.[key] ?? words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  /** For dates and numbers. */
  protected get locale(): string | undefined {
    const lang = this.settings.lang ?? this.closest('[lang]')?.getAttribute('lang');
    return lang === '' || lang === null ? undefined : lang;
  }

  /** Dispatches `quire-<name>`, which leaves shadow roots and can be heard anywhere above. */
  protected tell<Name extends string>(name: Name, detail?: DetailOf<Name>): void {
    this.#dispatch(name, detail ?? {}, true);
  }

  #dispatch(name: string, detail: unknown, bubbles: boolean): void {
    this.dispatchEvent(new CustomEvent(`quire-${name}`, { bubbles, composed: bubbles, detail }));
  }

  /** Says what went wrong to whoever made the page; a person gets it by the status, or where they did what failed. */
  protected fail(error: unknown): void {
    this.tell('error', describeError(error));
  }

  // Its life in a page.

  connectedCallback(): void {
    this.#build();
    for (const name of (this.constructor as typeof QuireElement).properties) upgradeProperty(this, name);
    this.#stopAsking ??= onSourcesChanged(() => this.#settle());
    this.#settle();
  }

  disconnectedCallback(): void {
    this.#settle();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'no-status') this.#showStatus();
    else if (QuireElement.observedAttributes.includes(name)) this.#settle();
    else this.changed(name);
  }

  #build(): void {
    const root = this.#root;
    if (root === null || this.#lasting !== null) return;
    this.frame(root);
    if ((this.constructor as typeof QuireElement).hasStatusLine) {
      this.#statusLine = h('div', { class: 'status-line', part: 'status', role: 'status' });
      root.append(this.#statusLine);
      this.#showStatus();
    }
    this.#lasting = new Set(root.childNodes);
  }

  /** Not at once: an element that is moved leaves the page and is back within the same moment, and keeps its room. */
  #settle(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.isConnected) this.#find();
      else this.#forget();
    });
  }

  #find(): void {
    const source = askForContext(this);
    if (source !== this.#source) {
      this.#stopFollowing?.();
      this.#source = source;
      this.#stopFollowing = source?.subscribe(() => this.#settle()) ?? null;
    }
    this.settled();
    const { settings } = this;
    if (this.#held !== null && isSamePlace(this.#held.settings, settings)) {
      this.#meet(this.#held, settings);
      return;
    }
    // What can't be opened can't be opened the next time either; it has been said.
    if (this.#refused !== null && isSamePlace(this.#refused, settings)) return;
    this.#letGo();
    if (settings.document !== undefined) this.#hold(settings, settings.document);
  }

  /** Called when the settings may have changed, before the room that they name is held. */
  protected settled(): void {}

  #forget(): void {
    this.#stopAsking?.();
    this.#stopAsking = null;
    this.#stopFollowing?.();
    this.#stopFollowing = null;
    this.#source = null;
    this.settled();
    this.#letGo();
  }

  #hold(settings: Settings, name: string): void {
    const root = this.#root;
    if (root === null) return;
    let lease: ClientLease | null = null;
    try {
      lease = leaseClient(settings);
      const room = lease.client.open(name);
      // Held from here on: whatever fails below, it is left again.
      const held: HeldRoom = { room, lease, settings, stopFollowing: () => {}, clear: () => {} };
      this.#held = held;
      introduce(room, settings);
      held.stopFollowing = room.status.subscribe((status) => this.#hear(room, status));
      this.#hear(room, room.status.get());
      this.#present(held, root);
    } catch (error) {
      if (this.#held === null) lease?.release();
      else this.#letGo();
      if (!(error instanceof QuireError)) throw error;
      this.#refused = settings;
      this.#mirror({ state: 'error', label: error.message, tone: 'bad' });
      this.fail(error);
    }
  }

  #present(held: HeldRoom, root: ShadowRoot): void {
    const end = new AbortController();
    const { room } = held;
    let cleanUp = () => {};
    held.clear = () => {
      held.clear = () => {};
      end.abort();
      cleanUp();
      for (const node of [...root.childNodes]) if (this.#lasting?.has(node) !== true) node.remove();
    };
    cleanUp = this.show({ room, root, signal: end.signal });
  }

  /** Who somebody is, and their words, may change while they are in a room. */
  #meet(held: HeldRoom, settings: Settings): void {
    const before = held.settings;
    this.#held = Object.assign(held, { settings });
    if (before.name !== settings.name || before.color !== settings.color) introduce(held.room, settings);
    if (before.lang === settings.lang && isSameWords(before.strings, settings.strings)) return;
    // In other words: everything is said anew.
    this.#hear(held.room, held.room.status.get());
    this.showAgain();
  }

  #hear(room: Room, status: RoomStatus): void {
    this.#mirror({ state: status.state, label: this.#labelOf(status), tone: statusTable[status.state].tone });
    this.#hearFault(room, status);
    if (!status.loaded || this.#toldReady) return;
    this.#toldReady = true;
    const held = this.#held;
    // Once the element shows it: who hears of it may ask for what is in it.
    queueMicrotask(() => {
      void this.#untilShown().then(() => {
        if (this.#toldReady && (held === null || held === this.#held)) this.tell('ready');
      });
    });
  }

  /** It may be shown anew while it is waited for. */
  async #untilShown(): Promise<void> {
    for (let awaited: unknown = null; awaited !== this.shown; ) {
      awaited = this.shown;
      await awaited;
    }
  }

  /**
   * A page hears once of what is wrong, however often a room fails with it, each attempt with an error of its own, and however
   * many elements show the room: of those after the first hears only who listens to them.
   */
  #hearFault(room: Room, status: RoomStatus): void {
    const { error, reason = '', state } = status;
    const isBad = error !== undefined || statusTable[state].tone === 'bad';
    const fault = isBad ? `${error?.code ?? state}: ${error?.message ?? reason}` : null;
    const isTold = fault === this.#toldFault;
    this.#toldFault = fault;
    if (fault === null) toldFaults.delete(room.status);
    if (fault === null || isTold) return;
    const isNews = toldFaults.get(room.status) !== fault;
    toldFaults.set(room.status, fault);
    const detail = error === undefined ? { code: state, message: this.#labelOf(status) } : describeError(error);
    this.#dispatch('error', detail, isNews);
  }

  #letGo(): void {
    const held = this.#held;
    this.#refused = null;
    this.#toldFault = null;
    if (held !== null) {
      this.#held = null;
      this.#toldReady = false;
      held.stopFollowing();
      held.clear();
      const saved = held.room.status.get().unsaved === 0 ? Promise.resolve() : held.room.whenSaved();
      held.room.leave();
      held.lease.release(saved);
    }
    this.#mirror(null);
  }

  // How the room goes, for the page, its styles, and people.

  #mirror(shown: Shown | null): void {
    const before = this.#shown;
    if (before?.state === shown?.state && before?.label === shown?.label) return;
    this.#shown = shown;
    if (before !== null) this.internals?.states?.delete(before.state);
    if (shown !== null) addState(this.internals?.states, shown.state);
    reflect(this, 'status', shown?.state);
    this.#showStatus();
    if (shown === null) return;
    this.tell('status', { state: shown.state, label: shown.label });
  }

  #showStatus(): void {
    const line = this.#statusLine;
    if (line === null) return;
    line.hidden = this.noStatus;
    line.dataset.tone = this.#shown?.tone ?? 'quiet';
    line.textContent = this.#shown?.label ?? '';
  }

  #labelOf({ state, label }: RoomStatus): string {
    // Empty for a moment after an edit: then nothing is said, in whatever words.
    return label === '' ? '' : (this.settings.strings?.[`status-${state}`] ?? label);
  }

  #ownSettings(): Settings {
    const texts = TEXTS.map((name) => [name, this.getAttribute(name)?.trim() ?? '']).filter(
      ([, value]) => value !== '',
    );
    return {
      ...(Object.fromEntries(texts) as Settings),
      ...(this.#getToken === undefined ? {} : { getToken: this.#askToken }),
      ...(this.#strings === undefined ? {} : { strings: this.#strings }),
    };
  }
}

interface Shown {
  readonly state: RoomStatus['state'] | 'error';
  readonly label: string;
  readonly tone: (typeof statusTable)[RoomStatus['state']]['tone'];
}

/** Makes a class known to the page, unless a script that was loaded twice has. Does nothing where there are no pages. */
export function define(element: (new () => QuireElement) & { readonly tag: string }): void {
  if (typeof customElements === 'undefined' || customElements.get(element.tag) !== undefined) return;
  customElements.define(element.tag, element);
}

/** Sets an attribute, or takes it away where there is no value. */
export function reflect(element: Element, name: string, value: string | number | null | undefined): void {
  if (value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Chromium before 125 knows no `:state()`, and takes names that begin with two dashes alone: there the attribute does without. */
function addState(states: CustomStateSet | undefined, state: Shown['state']): void {
  try {
    states?.add(state);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'SyntaxError')) throw error;
  }
}

function describeError(error: unknown): { readonly code: string; readonly message: string; readonly error: unknown } {
  if (error instanceof QuireError) return { code: error.code, message: error.message, error };
  return { code: 'failed', message: error instanceof Error ? error.message : `${error}`, error };
}

function upgradeProperty(element: HTMLElement, name: string): void {
  if (!Object.hasOwn(element, name)) return;
  const value: unknown = Reflect.get(element, name);
  Reflect.deleteProperty(element, name);
  Reflect.set(element, name, value);
}

function isSamePlace(a: Settings, b: Settings): boolean {
  return PLACE.every((key) => a[key] === b[key]) && a.getToken === b.getToken;
}

function isSameWords(a: Words = {}, b: Words = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/**
 * All elements of a page that share a room are one person there. One that says who this is wins over what is known; one that does
 * not leaves it, or begins with a guest.
 */
function introduce(room: Room, { name, color }: Settings): void {
  const known = (room.awareness.getLocalState()?.user ?? {}) as Partial<PersonDetails>;
  if (name === undefined && color === undefined && known.name !== undefined) return;
  room.presence.setPerson({
    name: name ?? known.name ?? 'Guest',
    color: color ?? known.color ?? colorFor(room.awareness.clientID),
  });
}
