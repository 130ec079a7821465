import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readOpenHandles, sortHandles } from './open-handles.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'quire-handles-')));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('descriptors are told apart by what they lead to', () => {
  const targets = ['socket:[77]', 'pipe:[5]', 'anon_inode:[eventpoll]', '/data/journal/7.ldb', '/database/x'];
  expect(sortHandles([...targets, '/data/journal/3.ldb (deleted)'], '/data')).toEqual({
    sockets: 1,
    removedFiles: 1,
    dataFiles: 1,
    others: 3,
  });
});

test('a file that was removed and is still open is found, until it is closed', () => {
  const read = () => readOpenHandles(process.pid, directory);
  const before = read();
  const path = join(directory, 'table');
  const descriptor = openSync(path, 'w');
  expect(read().dataFiles).toBe(before.dataFiles + 1);
  unlinkSync(path);
  expect(read()).toMatchObject({ dataFiles: before.dataFiles, removedFiles: before.removedFiles + 1 });
  closeSync(descriptor);
  expect(read()).toEqual(before);
});
