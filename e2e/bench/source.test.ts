import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { describeSource, nameSource, readOwnVersion } from './source.ts';

const source = { commit: 'abc123', isDirty: false, quire: '1.2.3', yjs: '13.0.0' };

test('what was measured is named by commit and versions, and changes are not kept quiet', () => {
  expect(nameSource(source)).toBe('Quire 1.2.3 with Yjs 13.0.0 at commit `abc123`');
  expect(nameSource({ ...source, isDirty: true })).toContain('not committed');
  expect(nameSource({ ...source, commit: null })).toContain('no known commit');
});

test('outside of a checkout there is no commit, and nothing vouches for the files', () => {
  expect(describeSource(tmpdir())).toMatchObject({ commit: null, isDirty: true });
});

test('versions are those of the packages that the server loads', () => {
  expect(readOwnVersion('@quire/server')).toMatch(/^\d+\.\d+\.\d+/);
  expect(readOwnVersion('yjs')).toMatch(/^\d+\.\d+\.\d+/);
});
