import { type Extension, type Range, StateEffect } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import {
  compareRelativePositions,
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromJSON,
  createRelativePositionFromTypeIndex,
  type RelativePosition,
  type Text,
} from 'yjs';
import { h } from '../base/h.ts';
import { safeColor } from '../base/presence-colors.ts';

const MAX_LABEL_LENGTH = 40;

/** Somebody's presence has changed: it is drawn anew. */
const presenceChanged = StateEffect.define<null>();

interface Selected {
  readonly anchor: number;
  readonly head: number;
}

/**
 * Carets and selections of other people, and this person's own for them. In place of the binding's, which writes `style` attributes
 * that a strict policy refuses, takes any colour from the wire, and leaves a caret behind where the focus went elsewhere.
 */
export function codeCarets(text: Text, awareness: Awareness): Extension {
  return ViewPlugin.define((view) => new CodeCarets(view, text, awareness), {
    decorations: ({ decorations }) => decorations,
  });
}

class CodeCarets {
  decorations: DecorationSet;
  readonly #text: Text;
  readonly #awareness: Awareness;
  readonly #stop: () => void;

  constructor(view: EditorView, text: Text, awareness: Awareness) {
    this.#text = text;
    this.#awareness = awareness;
    const onChange = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
      const isOthers = [...added, ...updated, ...removed].some((clientId) => clientId !== awareness.clientID);
      if (isOthers) view.dispatch({ effects: presenceChanged.of(null) });
    };
    awareness.on('change', onChange);
    this.#stop = () => awareness.off('change', onChange);
    this.decorations = this.#draw(view);
  }

  update({ view, docChanged, selectionSet, focusChanged, transactions }: ViewUpdate): void {
    if (docChanged || selectionSet || focusChanged) this.#say(view);
    const isNews = transactions.some(({ effects }) => effects.some((effect) => effect.is(presenceChanged)));
    if (docChanged || isNews) this.decorations = this.#draw(view);
  }

  destroy(): void {
    this.#stop();
    if (this.#readOwn() !== null) this.#awareness.setLocalStateField('cursor', null);
  }

  /** Where this person is, as a place in the text that others find again. */
  #say(view: EditorView): void {
    if (this.#awareness.getLocalState() === null) return;
    const own = this.#readOwn();
    if (!view.hasFocus) {
      if (own !== null) this.#awareness.setLocalStateField('cursor', null);
      return;
    }
    const { anchor, head } = view.state.selection.main;
    const cursor = {
      anchor: createRelativePositionFromTypeIndex(this.#text, anchor),
      head: createRelativePositionFromTypeIndex(this.#text, head),
    };
    const isSame =
      own !== null &&
      compareRelativePositions(own.anchor, cursor.anchor) &&
      compareRelativePositions(own.head, cursor.head);
    if (!isSame) this.#awareness.setLocalStateField('cursor', cursor);
  }

  /** One's own caret, if it is in this text: another editor of the page may have it. */
  #readOwn(): { readonly anchor: RelativePosition; readonly head: RelativePosition } | null {
    const cursor = readCursor(this.#awareness.getLocalState()?.cursor);
    return cursor !== null && this.#place(cursor) !== null ? cursor : null;
  }

  #draw({ state }: EditorView): DecorationSet {
    const drawn: Range<Decoration>[] = [];
    for (const [clientId, { cursor, user }] of this.#awareness.getStates()) {
      if (clientId === this.#awareness.clientID) continue;
      const read = readCursor(cursor);
      const place = read === null ? null : this.#place(read);
      // The text may be ahead of what the editor shows of it by the change that is just arriving.
      if (place === null || Math.max(place.anchor, place.head) > state.doc.length) continue;
      drawn.push(...drawPerson(place, user ?? {}, clientId));
    }
    return Decoration.set(drawn, true);
  }

  #place({ anchor, head }: { readonly anchor: RelativePosition; readonly head: RelativePosition }): Selected | null {
    const { doc } = this.#text;
    if (doc === null) return null;
    const [from, to] = [anchor, head].map((position) => createAbsolutePositionFromRelativePosition(position, doc));
    if (from?.type !== this.#text || to?.type !== this.#text) return null;
    return { anchor: from.index, head: to.index };
  }
}

function drawPerson(
  { anchor, head }: Selected,
  { name, color }: { readonly name?: unknown; readonly color?: unknown },
  clientId: number,
): readonly Range<Decoration>[] {
  const person = safeColor(color);
  const caret = Decoration.widget({
    // Outside of what is selected.
    side: head > anchor ? -1 : 1,
    widget: new Caret(String(name ?? '').slice(0, MAX_LABEL_LENGTH), person, clientId),
  }).range(head);
  if (anchor === head) return [caret];
  const selection = Decoration.mark({ class: 'selection', attributes: { style: `--person: ${person}` } });
  return [selection.range(Math.min(anchor, head), Math.max(anchor, head)), caret];
}

class Caret extends WidgetType {
  readonly #name: string;
  readonly #color: string;
  readonly #clientId: number;

  constructor(name: string, color: string, clientId: number) {
    super();
    this.#name = name;
    this.#color = color;
    this.#clientId = clientId;
  }

  override toDOM(): HTMLElement {
    const caret = h(
      'span',
      { class: 'caret', part: 'caret', 'aria-hidden': 'true', 'data-client': this.#clientId },
      h('span', { class: 'caret-name' }, this.#name),
    );
    caret.style.setProperty('--person', this.#color);
    return caret;
  }

  override eq(other: Caret): boolean {
    return this.#name === other.#name && this.#color === other.#color && this.#clientId === other.#clientId;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** From other people's programs: anything may be in it. */
function readCursor(cursor: unknown): { readonly anchor: RelativePosition; readonly head: RelativePosition } | null {
  if (typeof cursor !== 'object' || cursor === null) return null;
  const { anchor, head } = cursor as { anchor?: unknown; head?: unknown };
  if (typeof anchor !== 'object' || anchor === null || typeof head !== 'object' || head === null) return null;
  return { anchor: createRelativePositionFromJSON(anchor), head: createRelativePositionFromJSON(head) };
}
