import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ManualClock } from '../testing/manual-clock.ts';
import { TitleKeeper } from './document-title.ts';

function keep(stored = '') {
  const doc = new Y.Doc();
  const clock = new ManualClock();
  const timer = { now: () => clock.monotonicMs(), after: (ms: number, task: () => void) => clock.after(ms, task) };
  const written: string[] = [];
  const rename = (title: string): void => void doc.getMap('meta').set('title', title);
  const keeper = new TitleKeeper(doc, stored, timer, () => {
    const title = String(doc.getMap('meta').get('title'));
    written.push(title);
    keeper.wrote(title, clock.now());
  });
  return { keeper, clock, written, rename };
}

describe('a title', () => {
  it('that this node’s people typed is journalled once they pause', () => {
    const { keeper, clock, rename, written } = keep();
    rename('Plan');
    keeper.watch(true);
    clock.advance(299);
    expect([written, keeper.isWaiting]).toEqual([[], true]);
    clock.advance(1);
    expect([written, keeper.isWaiting]).toEqual([['Plan'], false]);
  });

  it('that another node’s people typed is journalled there, and here only if that never comes', () => {
    const { keeper, clock, rename, written } = keep();
    rename('Plan');
    keeper.watch(false);
    clock.advance(1_000);
    keeper.hear('Plan', clock.now());
    keeper.watch(false);
    expect([written, keeper.isWaiting, clock.pending]).toEqual([[], false, 0]);

    rename('Plan B');
    keeper.watch(false);
    clock.advance(3_000);
    expect(written).toEqual(['Plan B']);
  });

  it('waits no longer for another node once this node’s people type too', () => {
    const { keeper, clock, rename, written } = keep();
    rename('Plan');
    keeper.watch(false);
    rename('Plan B');
    keeper.watch(true);
    clock.advance(300);
    expect([written, clock.pending]).toEqual([['Plan B'], 0]);
  });

  it('of other nodes is the latest of those that came, as in the journal', () => {
    const { keeper } = keep('first');
    keeper.hear('third', 3);
    keeper.hear('second', 2);
    expect(keeper.stored).toBe('third');
    keeper.wrote('ours', 2);
    expect(keeper.stored).toBe('ours');
  });

  it('leaves no timer behind', () => {
    const { keeper, clock, rename } = keep();
    rename('Plan');
    keeper.watch(true);
    keeper.close();
    expect(clock.pending).toBe(0);
  });
});
