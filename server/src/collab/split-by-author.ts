import { createEncoder, toUint8Array, writeUint8Array, writeVarUint } from 'lib0/encoding';
import type { InspectedUpdate } from './update-inspection.ts';
import { UpdateWalk } from './update-walk.ts';

/** Where in the bytes of an update the structs of one client are, together with what is said of them as a whole. */
export interface ClientPart {
  readonly client: number;
  readonly start: number;
  readonly end: number;
}

export interface UpdateLayout {
  readonly parts: readonly ClientPart[];
  /** Where its deletions begin. */
  readonly deletesAt: number;
}

export interface AuthoredPart {
  readonly author: string;
  readonly update: Uint8Array;
}

const NO_DELETIONS = new Uint8Array([0]);

/**
 * Finds what belongs to whom without making anything of it.
 *
 * @throws {WalkError} when the bytes are no update
 */
export function layOut(update: Uint8Array): UpdateLayout {
  const walk = new UpdateWalk(update);
  const parts: ClientPart[] = [];
  for (let runs = walk.count(); runs > 0; runs -= 1) {
    const start = walk.at;
    const { structs, client } = walk.run();
    for (let left = structs; left > 0; left -= 1) walk.struct();
    parts.push({ client, start, end: walk.at });
  }
  return { parts, deletesAt: walk.at };
}

/**
 * Splits an update so that each part holds the structs of one author; deletions go to the sender, since an update
 * doesn't say who deleted. Clients that nobody is known for are the sender's.
 */
export function splitByAuthor(
  update: Uint8Array,
  { spans }: Pick<InspectedUpdate, 'spans'>,
  sender: string,
  authorOf: (client: number) => string | undefined,
): AuthoredPart[] {
  const isAllOfTheSender = spans.every(({ client }) => (authorOf(client) ?? sender) === sender);
  return isAllOfTheSender ? [{ author: sender, update }] : splitParts(update, layOut(update), sender, authorOf);
}

/** Goes through the bytes once, however many authors there are: a few kilobytes can name thousands. */
export function splitParts(
  update: Uint8Array,
  { parts, deletesAt }: UpdateLayout,
  sender: string,
  authorOf: (client: number) => string | undefined,
): AuthoredPart[] {
  const own: Uint8Array[] = [];
  const others = new Map<string, Uint8Array[]>();
  for (const { client, start, end } of parts) {
    const author = authorOf(client) ?? sender;
    const bytes = update.subarray(start, end);
    const theirs = author === sender ? own : others.get(author);
    if (theirs === undefined) others.set(author, [bytes]);
    else theirs.push(bytes);
  }
  if (others.size === 0) return [{ author: sender, update }];
  const foreign = [...others].map(([author, theirs]) => ({ author, update: join(theirs, NO_DELETIONS) }));
  return [...foreign, { author: sender, update: join(own, update.subarray(deletesAt)) }];
}

function join(parts: readonly Uint8Array[], deletes: Uint8Array): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, parts.length);
  for (const part of parts) writeUint8Array(encoder, part);
  writeUint8Array(encoder, deletes);
  return toUint8Array(encoder);
}
