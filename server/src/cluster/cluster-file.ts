import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  type Announcement,
  announcementFromJson,
  announcementToJson,
  LaterAnnouncementError,
  type UnreadSpeaker,
} from './announcement.ts';
import type { Owed } from './inheritance.ts';

/** What a node must still know of its cluster after a restart. */
export interface ClusterRecord {
  readonly node: string;
  readonly generation: number;
  /** Whether the cluster was complete once: only its first start waits for a number of nodes. */
  readonly isFormed: boolean;
  readonly members: readonly string[];
  readonly forgotten: readonly string[];
  /** The last announcement that was heard of each other node. */
  readonly heard: readonly Announcement[];
  /** Those of the others of whom something later was heard that could not be read. */
  readonly unread: readonly UnreadSpeaker[];
  /** What may be on this disk alone; null where nobody noted it, as in the files of earlier releases. */
  readonly owed: readonly Owed[] | null;
}

export interface ClusterFile {
  /** Null when there is none yet. */
  read(): Promise<ClusterRecord | null>;
  /** Resolves once it is on disk. */
  write(record: ClusterRecord): Promise<void>;
}

export class ClusterFileError extends Error {
  override readonly name = 'ClusterFileError';
}

const VERSION = 1;
const later = z.object({ version: z.int().min(VERSION + 1) });

const id = z.string().regex(/^[0-9a-f]{16}$/);
const schema = z.object({
  version: z.literal(VERSION),
  node: id,
  generation: z.int().min(1),
  isFormed: z.boolean(),
  members: z.array(id),
  forgotten: z.array(id),
  heard: z.array(z.unknown()),
  // Earlier releases did not note it.
  unread: z
    .array(
      z.object({
        node: id,
        generation: z.int().min(0),
        address: z.string(),
        release: z.string(),
        fault: z.enum(['later', 'damaged']),
      }),
    )
    .default([]),
  owed: z
    .array(z.object({ incarnation: id, after: z.int().min(0), isOwn: z.boolean() }))
    .nullable()
    .default(null),
});

/** @param path of `cluster.json` in the data directory */
export function openClusterFile(path: string): ClusterFile {
  return {
    async read() {
      const text = await readIfThere(path);
      return text === null ? null : parseClusterRecord(text, path);
    },
    write: (record) => replace(path, formatClusterRecord(record)),
  };
}

/**
 * For a node that runs by itself on the data of one that was in a cluster, before it takes an edit: what it writes is on this
 * disk alone, and when it is in the cluster again no note may say otherwise (G1).
 *
 * @throws {ClusterFileError}
 */
export async function noteTimeAlone(file: ClusterFile): Promise<void> {
  const record = await file.read();
  if (record !== null && record.owed !== null) await file.write({ ...record, owed: null });
}

export function formatClusterRecord(record: ClusterRecord): string {
  const { heard, unread, ...rest } = record;
  const json = { version: VERSION, ...rest, heard: heard.map(announcementToJson) };
  return `${JSON.stringify(unread.length === 0 ? json : { ...json, unread }, null, 2)}\n`;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ClusterFileError(`${path} can't be read`, { cause: error });
  }
}

/** @throws {ClusterFileError} */
export function parseClusterRecord(text: string, path: string): ClusterRecord {
  try {
    const json: unknown = JSON.parse(text);
    if (later.safeParse(json).success) throw ofLaterRelease(path);
    const { version: _, heard, ...rest } = schema.parse(json);
    return { ...rest, heard: heard.map(announcementFromJson) };
  } catch (error) {
    if (error instanceof ClusterFileError) throw error;
    if (error instanceof LaterAnnouncementError) throw ofLaterRelease(path, error);
    throw new ClusterFileError(
      `${path} is damaged. Without it this node does not know who belongs to its cluster, and could take what it holds for ` +
        'all there is. Restore the file, or remove it to let this node join as a new one while the others run',
      { cause: error },
    );
  }
}

/** Nothing is wrong with it: what helps against damage would cost the node its place for nothing. */
function ofLaterRelease(path: string, cause?: LaterAnnouncementError): ClusterFileError {
  return new ClusterFileError(
    `${path} was written by a later release, which this one can't read: start that one again`,
    { cause },
  );
}

/** The old content or the new one, whatever happens meanwhile. */
async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
