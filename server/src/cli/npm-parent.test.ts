import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { type Ancestry, systemAncestry, watchNpm } from './npm-parent.ts';

const SELF = 100;

/** A family of processes that a test changes: pid → its parent and its title. */
function createFamily(members: Record<number, readonly [parent: number, title: string]>) {
  const family = new Map(Object.entries(members).map(([pid, member]) => [Number(pid), member]));
  const ancestry: Ancestry = {
    parent: () => family.get(SELF)?.[0] ?? 1,
    parentOf: (pid) => family.get(pid)?.[0] ?? null,
    titleOf: (pid) => family.get(pid)?.[1] ?? '',
  };
  return {
    ancestry,
    /** As the kernel does it: children of the dead go to init. */
    end(pid: number) {
      family.delete(pid);
      for (const [child, [parent, title]] of family) if (parent === pid) family.set(child, [1, title]);
    },
    add(pid: number, member: readonly [number, string]) {
      family.set(pid, member);
    },
  };
}

function watch(ancestry: Ancestry): { gone(): number; look(): void; clock: ManualClock } {
  const clock = new ManualClock();
  let gone = 0;
  watchNpm({
    ancestry,
    clock,
    onGone: () => {
      gone += 1;
    },
  });
  return { gone: () => gone, look: () => clock.advance(1000), clock };
}

describe('a server that npm started', () => {
  it('hears once that npm is gone, when npm runs it itself', () => {
    const family = createFamily({ 1: [0, 'init'], 50: [1, 'npm start'], [SELF]: [50, 'node cli.ts'] });
    const watched = watch(family.ancestry);
    watched.look();
    expect(watched.gone()).toBe(0);
    family.end(50);
    watched.look();
    watched.look();
    expect(watched.gone()).toBe(1);
    expect(watched.clock.pending).toBe(0);
  });

  it.each([
    ['npm', 50],
    ['the shell between', 60],
  ])('hears that %s is gone, when a shell stands between', (_, ended) => {
    const family = createFamily({
      1: [0, 'init'],
      50: [1, 'npm exec quire serve'],
      60: [50, 'sh -c quire serve'],
      [SELF]: [60, 'node cli.ts'],
    });
    const watched = watch(family.ancestry);
    watched.look();
    expect(watched.gone()).toBe(0);
    family.end(ended);
    watched.look();
    expect(watched.gone()).toBe(1);
  });

  it('is not deceived by a new process that got the number of npm', () => {
    const family = createFamily({ 1: [0, 'init'], 50: [1, 'npm start'], 60: [50, 'sh'], [SELF]: [60, 'node'] });
    const watched = watch(family.ancestry);
    family.end(50);
    family.add(50, [1, 'npm start']);
    watched.look();
    expect(watched.gone()).toBe(1);
  });

  it('does not mind the end of the terminal in which npm was started', () => {
    const family = createFamily({ 1: [0, 'init'], 40: [1, 'bash'], 50: [40, 'npm start'], [SELF]: [50, 'node'] });
    const watched = watch(family.ancestry);
    family.end(40);
    watched.look();
    expect(watched.gone()).toBe(0);
  });

  it('does not mind the end of a grandparent that is not npm', () => {
    const family = createFamily({ 1: [0, 'init'], 40: [1, 'bash'], 50: [40, 'node test.js'], [SELF]: [50, 'node'] });
    const watched = watch(family.ancestry);
    family.end(40);
    watched.look();
    expect(watched.gone()).toBe(0);
    family.end(50);
    watched.look();
    expect(watched.gone()).toBe(1);
  });

  it('notices that npm went before it looked', () => {
    const watched = watch(createFamily({ 1: [0, 'init'], [SELF]: [1, 'node'] }).ancestry);
    watched.look();
    expect(watched.gone()).toBe(1);
  });

  it('stays when npm is the first process of a container', () => {
    const watched = watch(createFamily({ 1: [0, 'npm start'], [SELF]: [1, 'node'] }).ancestry);
    watched.look();
    expect(watched.gone()).toBe(0);
  });
});

it('sees the processes of this machine', () => {
  expect(systemAncestry.parent()).toBe(process.ppid);
  expect(systemAncestry.parentOf(process.pid)).toBe(process.ppid);
  expect(systemAncestry.titleOf(process.pid)).not.toBe('');
  expect(systemAncestry.parentOf(2 ** 22 + 1)).toBeNull();
});
