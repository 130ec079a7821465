import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createRoomEpoch } from './room-epoch.ts';

function openRoomEpoch() {
  const doc = new Y.Doc();
  return { doc, epoch: createRoomEpoch(doc), write: () => doc.getText('body').insert(0, 'x') };
}

describe('[R14] a page', () => {
  it('claims no life while it has nothing, whatever it was told, and takes the next one as it comes', () => {
    const { epoch, write } = openRoomEpoch();
    expect(epoch.claimed).toBe('');
    expect(epoch.meet('1-a')).toBe(true);
    expect([epoch.claimed, epoch.settle()]).toEqual(['', null]);
    expect(epoch.meet('2-b')).toBe(true);
    write();
    expect([epoch.claimed, epoch.settle(), epoch.settle()]).toEqual(['2-b', '2-b', null]);
  });

  it('that has something of one life goes into no other', () => {
    const { epoch, write } = openRoomEpoch();
    epoch.meet('1-a');
    write();
    expect([epoch.meet('1-a'), epoch.meet('2-b'), epoch.claimed]).toEqual([true, false, '1-a']);
  });

  it.each([
    ['text', (doc: Y.Doc) => doc.getText('body').insert(1, 'y')],
    ['deletions', (doc: Y.Doc) => doc.getText('body').delete(0, 1)],
  ])('that has nothing of a life but %s that wait for the rest has something of it', (_, change) => {
    const { doc, epoch } = openRoomEpoch();
    const source = new Y.Doc();
    source.getText('body').insert(0, 'x');
    const updates: Uint8Array[] = [];
    source.on('update', (update: Uint8Array) => updates.push(update));
    change(source);
    epoch.meet('1-a');
    for (const update of updates) Y.applyUpdate(doc, update);
    expect(doc.store.clients.size).toBe(0);
    expect([epoch.claimed, epoch.meet('2-b'), epoch.settle()]).toEqual(['1-a', false, '1-a']);
  });

  it('lets the copy of its own life in, late or not, and that of another not', () => {
    const early = openRoomEpoch().epoch;
    expect([early.admitsCopy('1-a'), early.claimed]).toEqual([true, '1-a']);
    const late = openRoomEpoch().epoch;
    late.meet('2-b');
    expect([late.admitsCopy('1-a'), late.admitsCopy('2-b')]).toEqual([false, true]);
  });

  it('whose copy is still on its way into the document does not meet another life meanwhile', () => {
    const { epoch } = openRoomEpoch();
    epoch.admitsCopy('1-a');
    expect(epoch.meet('2-b')).toBe(false);
  });

  it('that wrote before anybody said of which life claims none', () => {
    const { epoch, write } = openRoomEpoch();
    write();
    expect(epoch.claimed).toBe('');
    expect([epoch.meet('2-b'), epoch.claimed]).toEqual([true, '2-b']);
  });
});
