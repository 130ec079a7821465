import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPublicWorkspaces } from './workspaces.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quire-workspaces-'));
});

afterEach(() => rmSync(root, { recursive: true }));

function write(workspaces: Readonly<Record<string, object>>): void {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ workspaces: Object.keys(workspaces) }));
  for (const [name, manifest] of Object.entries(workspaces)) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
  }
}

const namesOf = () => readPublicWorkspaces(root).map(({ manifest }) => manifest.name);

describe('the packages that are packed', () => {
  test('come each after all that they stand on, and private ones not at all', () => {
    write({
      tests: { private: true, dependencies: { kit: '1.0.0' } },
      kit: { dependencies: { server: '1.0.0', yjs: '13.6.1' } },
      server: { dependencies: { frames: '1.0.0' }, peerDependencies: { store: '1.0.0' } },
      store: {},
      frames: {},
    });
    const names = namesOf();
    expect([...names].sort()).toEqual(['frames', 'kit', 'server', 'store']);
    expect(names.indexOf('kit')).toBe(3);
    expect(names.indexOf('server')).toBe(2);
  });

  test('are refused when they stand on each other in a circle', () => {
    write({ one: { dependencies: { other: '1.0.0' } }, other: { dependencies: { one: '1.0.0' } } });
    expect(namesOf).toThrow('one → other → one');
  });
});
