import { existsSync, readFileSync } from 'node:fs';

const known = [
  /** More is said than today's release knows: fields in whatever nodes say to each other. */
  'fields',
  /** Entries of one kind, those of documents below `new/`, are in records that today's release does not read. */
  'records',
  /** What a node says of itself can't be read by today's release at all. */
  'announcements',
] as const;

export type Novelty = (typeof known)[number];

/** Names the file in which stands what of the next release a server has, in words; while there is none, it is today's. */
export const NEXT_RELEASE = 'NEXT_RELEASE';

export const novelties = readNovelties(process.env[NEXT_RELEASE]);

function readNovelties(file: string | undefined): ReadonlySet<Novelty> {
  if (file === undefined || !existsSync(file)) return new Set();
  const words = readFileSync(file, 'utf8').split(' ');
  return new Set(words.map((word) => known.find((each) => each === word) ?? raise(word)));
}

function raise(word: string): never {
  throw new Error(`the next release knows nothing of "${word}"`);
}
