import * as Y from 'yjs';
import { describeContents, type Writers } from './describe-contents.ts';

/** Whether two documents hold the same structs and the same deletions, and neither waits for anything that is missing. */
export function isSameState(one: Y.Doc, other: Y.Doc): boolean {
  if (isWaiting(one) || isWaiting(other)) return false;
  return isSameVector(clocksOf(one), clocksOf(other)) && Y.equalSnapshots(Y.snapshot(one), Y.snapshot(other));
}

/**
 * Says for a person how the second document differs from the first; null when it doesn't.
 *
 * @param writers what to call Yjs clients, beside the two whose documents these are
 */
export function describeDifference(
  one: Y.Doc,
  other: Y.Doc,
  names: readonly [string, string],
  writers: Writers = new Map(),
): string | null {
  if (isSameState(one, other)) return null;
  const known = new Map([...writers, [one.clientID, names[0]] as const, [other.clientID, names[1]] as const]);
  const lines = [
    ...[one, other].flatMap((doc, index) =>
      isWaiting(doc) ? [`${names[index]} holds edits whose predecessors are missing`] : [],
    ),
    ...describeVectors(one, other, names, known),
    ...describeContents(one, other, names, known),
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

function describeVectors(one: Y.Doc, other: Y.Doc, names: readonly [string, string], writers: Writers): string[] {
  const [left, right] = [clocksOf(one), clocksOf(other)];
  const clients = new Set([...left.keys(), ...right.keys()]);
  return [...clients].flatMap((client) => {
    const [has, hasNot] = [left.get(client) ?? 0, right.get(client) ?? 0];
    const writer = writers.has(client) ? `${writers.get(client)} (client ${client})` : `client ${client}`;
    return has === hasNot ? [] : [`${writer}: ${names[0]} knows ${has} of its clocks, ${names[1]} ${hasNot}`];
  });
}
