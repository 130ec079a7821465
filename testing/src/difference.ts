import * as Y from 'yjs';

/** Whether two documents hold the same structs and the same deletions, and neither waits for anything that is missing. */
export function isSameState(one: Y.Doc, other: Y.Doc): boolean {
  if (isWaiting(one) || isWaiting(other)) return false;
  return isSameVector(clocksOf(one), clocksOf(other)) && Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other));
}

/** Says for a person how the second document differs from the first; null when it doesn't. */
export function describeDifference(one: Y.Doc, other: Y.Doc, names: readonly [string, string]): string | null {
  if (isSameState(one, other)) return null;
  const lines = [
    ...[one, other].flatMap((doc, index) =>
      isWaiting(doc) ? [`${names[index]} holds edits whose predecessors are missing`] : [],
    ),
    ...describeVectors(one, other, names),
    ...describeContents(one, other, names),
  ];
  if (lines.length === 0) lines.push(`${names[0]} and ${names[1]} have deleted different things that nothing shows`);
  return lines.map((line) => `  ${line}`).join('\n');
}

function isWaiting(doc: Y.Doc): boolean {
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
}

function clocksOf(doc: Y.Doc): Map<number, number> {
  return new Map([...doc.store.clients.keys()].map((client) => [client, Y.getState(doc.store, client)]));
}

function isSameVector(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): boolean {
  return one.size === other.size && [...one].every(([client, clock]) => other.get(client) === clock);
}

function describeVectors(one: Y.Doc, other: Y.Doc, names: readonly [string, string]): string[] {
  const [left, right] = [clocksOf(one), clocksOf(other)];
  const clients = new Set([...left.keys(), ...right.keys()]);
  return [...clients].flatMap((client) => {
    const [has, hasNot] = [left.get(client) ?? 0, right.get(client) ?? 0];
    return has === hasNot ? [] : [`client ${client}: ${names[0]} knows ${has} of its clocks, ${names[1]} ${hasNot}`];
  });
}

/** A root type has a kind only in a document in which somebody asked for it: what one side knows serves both. */
function describeContents(one: Y.Doc, other: Y.Doc, names: readonly [string, string]): string[] {
  const [left, right] = [copyOf(one), copyOf(other)];
  const keys = new Set([...one.share.keys(), ...other.share.keys()]);
  return [...keys].flatMap((key) => {
    const known = [one.share.get(key), other.share.get(key)].find((type) => type?.constructor !== Y.AbstractType);
    const [shown, otherShown] = [left, right].map((copy) => show(copy, key, known));
    return shown === otherShown ? [] : [`"${key}" ${describeSplit(shown ?? '', otherShown ?? '', names)}`];
  });
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

function show(copy: Y.Doc, key: string, known: unknown): string {
  if (known instanceof Y.XmlFragment) return copy.getXmlFragment(key).toString();
  if (known instanceof Y.Array) return JSON.stringify(copy.getArray(key));
  if (known instanceof Y.Map) return JSON.stringify(copy.getMap(key));
  return copy.getText(key).toString();
}

const SHOWN_CHARACTERS = 60;

function describeSplit(left: string, right: string, names: readonly [string, string]): string {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const from = Math.max(0, at - 10);
  const cut = (text: string): string => JSON.stringify(text.slice(from, from + SHOWN_CHARACTERS));
  return `differs from character ${at} on: ${names[0]} has ${cut(left)} (of ${left.length}), ${names[1]} ${cut(right)} (of ${right.length})`;
}
