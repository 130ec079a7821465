import { randomBytes } from 'node:crypto';
import { createEncoder, toUint8Array, writeAny, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding';

export interface MadeUpId {
  readonly client: number;
  readonly clock: number;
}

/** A text that claims to have been typed between two others. */
export interface MadeUpItem {
  readonly text: string;
  readonly origin?: MadeUpId | null;
  readonly rightOrigin?: MadeUpId | null;
}

/** What one client claims to have written, from a clock on. */
export interface MadeUpRun {
  readonly client: number;
  readonly clock: number;
  readonly items: readonly MadeUpItem[];
}

const [HAS_ORIGIN, HAS_RIGHT_ORIGIN, IS_TEXT, IS_TYPE, IS_DOCUMENT] = [0x80, 0x40, 4, 7, 9] as const;

/** A v1 update that no Yjs would write: its items build on whatever the test says. */
export function makeUpdate(runs: readonly MadeUpRun[]): Uint8Array {
  const encoder = createEncoder();
  const write = (id: MadeUpId): void => {
    writeVarUint(encoder, id.client);
    writeVarUint(encoder, id.clock);
  };
  writeVarUint(encoder, runs.length);
  for (const { client, clock, items } of runs) {
    writeVarUint(encoder, items.length);
    write({ client, clock });
    for (const { text, origin = null, rightOrigin = null } of items) {
      writeUint8(encoder, IS_TEXT | (origin === null ? 0 : HAS_ORIGIN) | (rightOrigin === null ? 0 : HAS_RIGHT_ORIGIN));
      if (origin !== null) write(origin);
      if (rightOrigin !== null) write(rightOrigin);
      if (origin === null && rightOrigin === null) {
        writeVarUint(encoder, 1); // its parent is a type at the root
        writeVarString(encoder, 'body');
      }
      writeVarString(encoder, text);
    }
  }
  writeVarUint(encoder, 0); // no deletions
  return toUint8Array(encoder);
}

/** Arrays inside each other, from a clock on; the outermost lies in `parent`, or at the root. */
export function makeNest(outermost: MadeUpId, depth: number, parent: MadeUpId | null = null): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, depth, outermost.client, outermost.clock]) writeVarUint(encoder, number);
  for (let level = 0; level < depth; level += 1) {
    writeUint8(encoder, IS_TYPE);
    const around = level === 0 ? parent : { client: outermost.client, clock: outermost.clock + level - 1 };
    writeVarUint(encoder, around === null ? 1 : 0);
    if (around === null) writeVarString(encoder, 'list');
    else for (const number of [around.client, around.clock]) writeVarUint(encoder, number);
    writeVarUint(encoder, 0); // an array
  }
  writeVarUint(encoder, 0); // no deletions
  return toUint8Array(encoder);
}

/** Deletes one thing. */
export function makeDeletion({ client, clock }: MadeUpId): Uint8Array {
  const encoder = createEncoder();
  for (const number of [0, 1, client, 1, clock, 1]) writeVarUint(encoder, number);
  return toUint8Array(encoder);
}

/** Two people who each claim to have typed after the other. */
export function makeCycle(one: number, other: number): Uint8Array {
  const run = (client: number, after: number): MadeUpRun => ({
    client,
    clock: 0,
    items: [{ text: 'x', origin: { client: after, clock: 0 } }],
  });
  return makeUpdate([run(other, one), run(one, other)]);
}

/** Somebody who has written so many texts, each after the one before: as many structs, which no Yjs would leave apart. */
export function makeManyTexts(client: number, count: number, clock = 0): Uint8Array {
  const items = Array.from({ length: count }, (_, at) => ({
    text: 'x',
    origin: clock + at === 0 ? null : { client, clock: clock + at - 1 },
  }));
  return makeUpdate([{ client, clock, items }]);
}

/** Two people who have written one character after the other, in turn: as many structs, which Yjs can not merge. */
export function makeDialogue(one: number, other: number, count: number): Uint8Array {
  const at = (clock: number): readonly number[] => Array.from({ length: clock }, (_, each) => each);
  return makeUpdate([
    {
      client: one,
      clock: 0,
      items: at(count / 2).map((clock) => ({
        text: 'x',
        origin: clock === 0 ? null : { client: other, clock: clock - 1 },
      })),
    },
    { client: other, clock: 0, items: at(count / 2).map((clock) => ({ text: 'y', origin: { client: one, clock } })) },
  ]);
}

/** So many people, each of whom wrote into an empty document. */
export function makeCrowd(firstClient: number, count: number): Uint8Array {
  return makeUpdate(
    Array.from({ length: count }, (_, at) => ({ client: firstClient + at, clock: 0, items: [{ text: 'x' }] })),
  );
}

/** Texts that all claim to stand between the beginning and another one each: every one is put behind all before it. */
export function makeTangle(count: number): Uint8Array {
  const half = Array.from({ length: count / 2 }, (_, at) => at);
  return makeUpdate([
    {
      client: 1,
      clock: 0,
      items: half.map((at) => ({ text: 'x', origin: at === 0 ? null : { client: 1, clock: at - 1 } })),
    },
    { client: 2, clock: 0, items: half.map((at) => ({ text: 'y', rightOrigin: { client: 1, clock: at } })) },
  ]);
}

/** So many documents within the document: some bytes each, of which whoever reads them makes kilobytes. */
export function makeManySubdocuments(client: number, count: number): Uint8Array {
  const encoder = createEncoder();
  for (const number of [1, count, client, 0]) writeVarUint(encoder, number);
  for (let at = 0; at < count; at += 1) {
    writeUint8(encoder, IS_DOCUMENT);
    writeVarUint(encoder, 1); // its parent is a type at the root
    writeVarString(encoder, 'list');
    writeVarString(encoder, String(at));
    writeAny(encoder, {});
  }
  writeVarUint(encoder, 0); // no deletions
  return toUint8Array(encoder);
}

/** Deletes every other clock of somebody: so many ranges. */
export function makeManyDeletions(client: number, count: number): Uint8Array {
  const encoder = createEncoder();
  for (const number of [0, 1, client, count]) writeVarUint(encoder, number);
  for (let at = 0; at < count; at += 1) for (const number of [2 * at, 1]) writeVarUint(encoder, number);
  return toUint8Array(encoder);
}

/** Text that no compression makes much smaller. */
export function makeNoise(characters: number): string {
  return randomBytes(Math.ceil((characters * 3) / 4))
    .toString('base64')
    .slice(0, characters);
}
