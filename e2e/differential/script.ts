import type { Random } from '@quire/testing';
import * as Y from 'yjs';

/**
 * One edit of one actor. Places are fractions, so that an edit means something whatever its document holds.
 *
 * None formats text: after a remote change Yjs removes formatting marks that have become useless, and what it removes
 * depends on how the changes were cut into transactions. And none holds a character of two UTF-16 units: places fall inside
 * of it, and Yjs then replaces each half, in whichever document it is cut. Both are properties of Yjs, not of a server.
 */
export type Edit =
  | { readonly kind: 'insert-text'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete-text'; readonly at: number; readonly length: number }
  | { readonly kind: 'push-item'; readonly at: number; readonly item: string }
  | { readonly kind: 'delete-item'; readonly at: number }
  | { readonly kind: 'set-key'; readonly key: string; readonly value: number }
  | { readonly kind: 'delete-key'; readonly key: string }
  | { readonly kind: 'add-block'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete-block'; readonly at: number }
  | { readonly kind: 'write-block'; readonly at: number; readonly text: string };

export type Step =
  | { readonly kind: 'edits'; readonly actor: number; readonly edits: readonly Edit[] }
  /** Says goodbye, and edits on its own until `return`. */
  | { readonly kind: 'leave'; readonly actor: number }
  | { readonly kind: 'return'; readonly actor: number }
  /** Loses its connection without a goodbye; its provider finds back by itself. */
  | { readonly kind: 'drop'; readonly actor: number }
  /** Everybody who is connected has everything. */
  | { readonly kind: 'settle' };

export interface Script {
  readonly actors: number;
  readonly steps: readonly Step[];
}

const PHASES = 6;
const ACTORS = 3;
const keys = ['a', 'b', 'constructor'] as const;

/** Ends with everybody back and everything settled. */
export function writeScript(random: Random): Script {
  const steps: Step[] = [];
  const away = new Set<number>();
  for (let phase = 0; phase < PHASES; phase += 1) {
    const turns = Array.from({ length: ACTORS }, (_, actor) => writeTurn(random, actor, away));
    // Leaves come first, while nothing is under way: somebody whose goodbye isn't answered yet may still hear what
    // others say, and the script has to know who heard what.
    steps.push(...turns.flatMap(({ leaves }) => leaves), ...turns.flatMap(({ others }) => others), { kind: 'settle' });
  }
  for (const actor of away) steps.push({ kind: 'return', actor });
  steps.push({ kind: 'settle' });
  return { actors: ACTORS, steps };
}

/** At most one coming or going a turn: published providers do not bear a second one while the first is under way. */
function writeTurn(
  random: Random,
  actor: number,
  away: Set<number>,
): { leaves: readonly Step[]; others: readonly Step[] } {
  const edits: Step = { kind: 'edits', actor, edits: Array.from({ length: random.below(9) }, () => writeEdit(random)) };
  if (away.has(actor)) {
    if (random.oneIn(2)) return { leaves: [], others: [edits] };
    away.delete(actor);
    return { leaves: [], others: [{ kind: 'return', actor }, edits] };
  }
  switch (random.pick<'leave' | 'drop' | 'stay'>(['leave', 'drop', 'stay', 'stay', 'stay'])) {
    case 'stay':
      return { leaves: [], others: [edits] };
    case 'leave':
      away.add(actor);
      return { leaves: [{ kind: 'leave', actor }], others: [edits] };
    case 'drop': {
      const drop: Step = { kind: 'drop', actor };
      // After the edits, too: what was just written is then still unsent, or unconfirmed.
      return { leaves: [], others: random.oneIn(2) ? [edits, drop] : [drop, edits] };
    }
  }
}

/** Any edit at all. */
export function writeEdit(random: Random): Edit {
  const at = random.next();
  const text = random.pick(['x', 'words ', 'é', '漢字', 'a longer piece of text, ']);
  const length = 1 + random.below(6);
  const key = random.pick(keys);
  return random.pick<() => Edit>([
    () => ({ kind: 'insert-text', at, text }),
    () => ({ kind: 'insert-text', at, text }),
    () => ({ kind: 'delete-text', at, length }),
    () => ({ kind: 'push-item', at, item: text }),
    () => ({ kind: 'delete-item', at }),
    () => ({ kind: 'set-key', key, value: random.below(100) }),
    () => ({ kind: 'delete-key', key }),
    () => ({ kind: 'add-block', at, text }),
    () => ({ kind: 'delete-block', at }),
    () => ({ kind: 'write-block', at, text }),
  ])();
}

/** Makes one edit. @returns whether it changed anything */
export function applyEdit(doc: Y.Doc, edit: Edit): boolean {
  let changed = false;
  doc.once('update', () => {
    changed = true;
  });
  doc.transact(() => (edit.kind.endsWith('-text') ? editText(doc, edit) : editOther(doc, edit)));
  return changed;
}

function editText(doc: Y.Doc, edit: Edit): void {
  const text = doc.getText('body');
  switch (edit.kind) {
    case 'insert-text':
      text.insert(place(edit.at, text.length + 1), edit.text);
      return;
    case 'delete-text': {
      const at = place(edit.at, text.length);
      text.delete(at, Math.min(edit.length, text.length - at));
      return;
    }
  }
}

function editOther(doc: Y.Doc, edit: Edit): void {
  const items = doc.getArray<string>('items');
  const blocks = doc.getXmlFragment('default');
  switch (edit.kind) {
    case 'push-item':
      items.insert(place(edit.at, items.length + 1), [edit.item]);
      return;
    case 'delete-item':
      if (items.length > 0) items.delete(place(edit.at, items.length));
      return;
    case 'set-key':
      doc.getMap('keys').set(edit.key, edit.value);
      return;
    case 'delete-key':
      doc.getMap('keys').delete(edit.key);
      return;
    case 'add-block': {
      const block = new Y.XmlElement('paragraph');
      block.insert(0, [new Y.XmlText(edit.text)]);
      blocks.insert(place(edit.at, blocks.length + 1), [block]);
      return;
    }
    case 'delete-block':
      if (blocks.length > 0) blocks.delete(place(edit.at, blocks.length));
      return;
    case 'write-block': {
      if (blocks.length === 0) return;
      const block = blocks.get(place(edit.at, blocks.length));
      const text = block instanceof Y.XmlElement ? block.get(0) : null;
      if (text instanceof Y.XmlText) text.insert(text.length, edit.text);
      return;
    }
  }
}

function place(fraction: number, count: number): number {
  return Math.min(Math.floor(fraction * count), Math.max(0, count - 1));
}

/** A script as a person reads it, for a failure. */
export function printScript({ steps }: Script): string {
  return steps.map((step) => JSON.stringify(step)).join('\n');
}
