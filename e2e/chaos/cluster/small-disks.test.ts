import { expect, it } from 'vitest';
import type { SmallDisk } from '../../small-disk.ts';
import { mountSmallDisks } from './small-disks.ts';

const PATHS = ['/one', '/two', '/three'];

function fake(mostMounted: number) {
  const mounted: string[] = [];
  const mount = (path: string): SmallDisk => {
    if (mounted.length === mostMounted)
      throw new Error('Command failed: mount\nmount: must be superuser to use mount.\n');
    mounted.push(path);
    return { path, fill() {}, free() {}, unmount: () => void mounted.splice(mounted.indexOf(path), 1) };
  };
  return { mounted, mount };
}

it('every node has a small disk where they may be mounted', () => {
  const { mount } = fake(3);
  expect(mountSmallDisks(PATHS, 1, mount)).toMatchObject({ kind: 'mounted', disks: PATHS.map((path) => ({ path })) });
});

it('where they may not it is said why, and none is left mounted', () => {
  for (const mostMounted of [0, 2]) {
    const { mount, mounted } = fake(mostMounted);
    expect(mountSmallDisks(PATHS, 1, mount)).toEqual({
      kind: 'none',
      why: 'no disk can be mounted here that is small enough to be filled (mount: must be superuser to use mount.)',
    });
    expect(mounted).toEqual([]);
  }
});
