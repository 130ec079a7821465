import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { type ClusterRecord, noteTimeAlone, openClusterFile } from './cluster-file.ts';

const record: ClusterRecord = {
  node: '00000000000000a1',
  generation: 2,
  isFormed: true,
  members: ['00000000000000a1', '00000000000000a2'],
  forgotten: [],
  heard: [
    announcementOf({
      node: '00000000000000a2',
      incarnation: '00000000000000b2',
      counter: 9,
      address: 'http://b',
      roll: { members: new Set(['00000000000000a2']), forgotten: new Set() },
      holdings: new Map([['00000000000000b2', [{ first: 1, last: 3 }]]]),
    }),
  ],
  unread: [],
  owed: [{ incarnation: '00000000000000b1', after: 7, isOwn: true }],
};
const unread = {
  node: '00000000000000a2',
  generation: 4,
  address: 'http://b',
  release: '9.0.0',
  fault: 'later',
} as const;

describe('the file of a cluster', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quire-cluster-file-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('[R12] gives back what was written last, and leaves nothing else behind', async () => {
    const file = openClusterFile(join(directory, 'cluster.json'));
    expect(await file.read()).toBeNull();
    await file.write({ ...record, generation: 1 });
    const last = { ...record, unread: [unread] };
    await file.write(last);
    expect(await openClusterFile(join(directory, 'cluster.json')).read()).toEqual(last);
    expect(await readdir(directory)).toEqual(['cluster.json']);
  });

  it('[G1] says of nothing that others have it, once its node has run by itself', async () => {
    const file = openClusterFile(join(directory, 'cluster.json'));
    await noteTimeAlone(file);
    expect(await file.read()).toBeNull();
    await file.write(record);
    await noteTimeAlone(file);
    expect(await file.read()).toEqual({ ...record, owed: null });
  });

  it('[R12] has all that was heard of others, however many gaps there are and however many nodes were forgotten', async () => {
    const file = openClusterFile(join(directory, 'cluster.json'));
    const gappy = Array.from({ length: 1_000 }, (_, at) => ({ first: at * 2 + 1, last: at * 2 + 1 }));
    const forgotten = new Set(Array.from({ length: 5_000 }, (_, at) => at.toString(16).padStart(16, '0')));
    const heard = record.heard.map((word) => {
      return {
        ...word,
        holdings: new Map([['00000000000000b2', gappy]]),
        roll: { members: new Set<string>(), forgotten },
      };
    });
    await file.write({ ...record, heard });
    expect(await file.read()).toEqual({ ...record, heard });
  });

  it('[G1] of an earlier release, in which it is not noted what may be on this disk alone, is read as one without a note', async () => {
    const path = join(directory, 'cluster.json');
    await openClusterFile(path).write(record);
    const { owed: _, ...json } = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify(json));
    expect(await openClusterFile(path).read()).toEqual({ ...record, owed: null });
  });

  it('[R12] is for earlier releases what it was, but for what can not be read of others, which they have no place for', async () => {
    const path = join(directory, 'cluster.json');
    const written = async (unreadNodes: ClusterRecord['unread']): Promise<string[]> => {
      await openClusterFile(path).write({ ...record, unread: unreadNodes });
      return Object.keys(JSON.parse(await readFile(path, 'utf8')));
    };
    const before = ['version', 'node', 'generation', 'isFormed', 'members', 'forgotten', 'owed', 'heard'];
    expect(await written([])).toEqual(before);
    expect(await openClusterFile(path).read()).toEqual(record);
    expect(await written([unread])).toEqual([...before, 'unread']);
  });

  it('[R12] of a later release keeps the node from starting, and is not called damaged', async () => {
    const path = join(directory, 'cluster.json');
    await openClusterFile(path).write(record);
    const json = JSON.parse(await readFile(path, 'utf8'));
    const [heard] = json.heard;
    const inLaterWords = { ...json, heard: [{ ...heard, version: 2, readableBy: 2 }] };
    for (const later of [{ ...json, version: 2 }, inLaterWords]) {
      await writeFile(path, JSON.stringify(later));
      await expect(openClusterFile(path).read()).rejects.toThrow(
        /was written by a later release.*start that one again/,
      );
    }
    const withMore = { ...json, region: 'north', heard: [{ ...heard, version: 2, load: 0.5 }] };
    await writeFile(path, JSON.stringify(withMore));
    expect(await openClusterFile(path).read()).toEqual(record);
  });

  it('[R12] that is damaged keeps the node from starting, and says what to do', async () => {
    const path = join(directory, 'cluster.json');
    await writeFile(path, '{"version":1,"node":"');
    await expect(openClusterFile(path).read()).rejects.toThrow(/is damaged.*Restore the file, or remove it/s);
  });
});
