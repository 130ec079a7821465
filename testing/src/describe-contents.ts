import * as Y from 'yjs';

/** Who wrote what, by Yjs client, for people. */
export type Writers = ReadonlyMap<number, string>;

type Names = readonly [string, string];

/** What may be found at one place of a document: a value, or a shared type; undefined when nothing is. */
type Found = unknown;

interface Comparison {
  readonly names: Names;
  readonly writers: Writers;
  readonly lines: string[];
}

const SHOWN_CHARACTERS = 60;
/** What stands before the first difference, so that one finds it in the text. */
const LEAD_CHARACTERS = 10;
const SHOWN_PLACES = 12;

/** Says where the contents of two documents differ, a line for each place: which shared type, where in it, and whose. */
export function describeContents(one: Y.Doc, other: Y.Doc, names: Names, writers: Writers): string[] {
  const [left, right] = [copyOf(one), copyOf(other)];
  const comparison = { names, writers, lines: [] as string[] };
  for (const key of new Set([...one.share.keys(), ...other.share.keys()])) {
    // A root type has a kind only in a document in which somebody asked for it: what one side knows serves both.
    const roots = [one.share.get(key), other.share.get(key), left.share.get(key), right.share.get(key)];
    const get = chooseKind(roots);
    compare(JSON.stringify(key), get(left, key), get(right, key), comparison);
  }
  const more = comparison.lines.length - SHOWN_PLACES;
  return more <= 0 ? comparison.lines : [...comparison.lines.slice(0, SHOWN_PLACES), `and ${more} more places differ`];
}

/** Asking for a root type gives it a kind, and nobody's document is to be changed by a look at it. */
function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

/** What all shared types have. The events of each kind are of no use here, and keep their types apart. */
interface Shared {
  readonly _map: ReadonlyMap<string, Y.Item>;
  readonly _start: Y.Item | null;
}
type GetRoot = (doc: Y.Doc, key: string) => Shared;

const getText: GetRoot = (doc, key) => doc.getText(key);
const getMap: GetRoot = (doc, key) => doc.getMap(key);
const getArray: GetRoot = (doc, key) => doc.getArray(key);
const getFragment: GetRoot = (doc, key) => doc.getXmlFragment(key);

function chooseKind(roots: readonly (Shared | undefined)[]): GetRoot {
  const known = roots.find((root) => root !== undefined && root.constructor !== Y.AbstractType);
  if (known instanceof Y.XmlFragment) return getFragment;
  if (known instanceof Y.Array) return getArray;
  if (known instanceof Y.Map) return getMap;
  if (known instanceof Y.Text) return getText;
  if (roots.some((root) => (root?._map.size ?? 0) > 0)) return getMap;
  const content = roots.map((root) => root?._start?.content).find((first) => first !== undefined);
  if (content instanceof Y.ContentType) return isOfXml(content.type) ? getFragment : getArray;
  return content instanceof Y.ContentAny || content instanceof Y.ContentJSON ? getArray : getText;
}

function isOfXml(type: unknown): boolean {
  return type instanceof Y.XmlElement || type instanceof Y.XmlText || type instanceof Y.XmlHook;
}

function compare(path: string, left: Found, right: Found, to: Comparison): void {
  if (left instanceof Y.Text && right instanceof Y.Text) compareTexts(path, left, right, to);
  else if (left instanceof Y.Map && right instanceof Y.Map) compareMaps(path, left, right, to);
  else if (left instanceof Y.Array && right instanceof Y.Array) compareLists(path, left, right, to);
  else if (left instanceof Y.XmlElement && right instanceof Y.XmlElement && left.nodeName === right.nodeName) {
    compareAttributes(path, left, right, to);
    compareLists(path, left, right, to);
  } else if (left instanceof Y.XmlFragment && right instanceof Y.XmlFragment && isBare(left) && isBare(right)) {
    compareLists(path, left, right, to);
  } else if (show(left) !== show(right)) {
    to.lines.push(`${path}: ${to.names[0]} has ${cut(show(left))}, ${to.names[1]} ${cut(show(right))}`);
  }
}

function isBare(fragment: Y.XmlFragment): boolean {
  return !(fragment instanceof Y.XmlElement);
}

function compareMaps(path: string, left: Y.Map<unknown>, right: Y.Map<unknown>, to: Comparison): void {
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const before = to.lines.length;
    const place = `${path}.${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}`;
    compare(place, left.get(key), right.get(key), to);
    if (to.lines.length === before + 1 && to.lines[before]?.startsWith(`${place}: `)) {
      to.lines[before] += byWhom([left._map.get(key), right._map.get(key)], to);
    }
  }
}

function compareAttributes(path: string, left: Y.XmlElement, right: Y.XmlElement, to: Comparison): void {
  const [mine, yours] = [left.getAttributes(), right.getAttributes()] as Record<string, unknown>[];
  for (const name of new Set([...Object.keys(mine ?? {}), ...Object.keys(yours ?? {})])) {
    compare(`${path}@${name}`, mine?.[name], yours?.[name], to);
  }
}

type List = Y.Array<unknown> | Y.XmlFragment;

/** Lists of one length are compared entry by entry; of others, the first difference says where one was put in or taken out. */
function compareLists(path: string, left: List, right: List, to: Comparison): void {
  const [mine, yours] = [left.toArray() as unknown[], right.toArray() as unknown[]];
  const place = (at: number): string => `${path}[${at}]${nodeNameOf(mine[at] ?? yours[at])}`;
  if (mine.length === yours.length) {
    mine.forEach((entry, at) => {
      compare(place(at), entry, yours[at], to);
    });
    return;
  }
  let at = 0;
  while (at < mine.length && at < yours.length && show(mine[at]) === show(yours[at])) at += 1;
  const [had, has] = [cut(show(mine[at])), cut(show(yours[at]))];
  to.lines.push(
    `${place(at)}: ${to.names[0]} has ${had} (of ${mine.length}), ${to.names[1]} ${has} (of ${yours.length})` +
      byWhom([itemAt(left, at), itemAt(right, at)], to),
  );
}

function nodeNameOf(entry: unknown): string {
  return entry instanceof Y.XmlElement ? `<${entry.nodeName}>` : '';
}

function compareTexts(path: string, left: Y.Text, right: Y.Text, to: Comparison): void {
  const [mine, yours] = [plainText(left), plainText(right)];
  const at = firstDifference(mine, yours);
  if (at !== null) {
    to.lines.push(
      `${path} ${describeSplit(mine, yours, at, to.names)}${byWhom([itemAt(left, at), itemAt(right, at)], to)}`,
    );
  } else if (JSON.stringify(left.toDelta()) !== JSON.stringify(right.toDelta())) {
    to.lines.push(`${path} has the same characters, formatted differently`);
  }
}

/** With one character in the place of each thing that is no character. */
function plainText(text: Y.Text): string {
  const parts = text.toDelta() as readonly { readonly insert: unknown }[];
  return parts.map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc')).join('');
}

function firstDifference(left: string, right: string): number | null {
  if (left === right) return null;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}

function describeSplit(left: string, right: string, at: number, names: Names): string {
  const from = Math.max(0, at - LEAD_CHARACTERS);
  const piece = (text: string): string => JSON.stringify(text.slice(from, from + SHOWN_CHARACTERS));
  return `differs from character ${at} on: ${names[0]} has ${piece(left)} (of ${left.length}), ${names[1]} ${piece(right)} (of ${right.length})`;
}

function itemAt(type: Shared, index: number): Y.Item | null {
  let passed = 0;
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue;
    passed += item.length;
    if (passed > index) return item;
  }
  return null;
}

function byWhom(items: readonly (Y.Item | null | undefined)[], { names, writers }: Comparison): string {
  const [mine, yours] = items.map((item) =>
    item === null || item === undefined || item.deleted
      ? null
      : (writers.get(item.id.client) ?? `client ${item.id.client}`),
  );
  if (mine && yours && mine !== yours)
    return `; what ${names[0]} has there is by ${mine}, what ${names[1]} has, by ${yours}`;
  const one = mine ?? yours;
  return one ? `; by ${one}` : '';
}

function show(found: Found): string {
  if (found === undefined) return 'nothing';
  if (found instanceof Y.XmlFragment || found instanceof Y.XmlText) return found.toString();
  if (found instanceof Y.AbstractType) return JSON.stringify(found.toJSON());
  if (found instanceof Uint8Array) return `${found.length} bytes ${Buffer.from(found).toString('hex')}`;
  return JSON.stringify(found);
}

function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
