import { describe, expect, test } from 'vitest';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { encodeCursorMove, encodeKeystroke, TEXT_NAME } from './keystrokes.ts';

describe('the keystrokes of the load', () => {
  test('two writers’ keystrokes make the text that they typed, with nothing pending', () => {
    const doc = new Y.Doc();
    for (let clock = 0; clock < 30; clock += 1) {
      for (const client of [1_000_000_007, 7]) Y.applyUpdate(doc, encodeKeystroke(client, clock));
    }
    const text = doc.getText(TEXT_NAME).toString();
    expect(text).toHaveLength(60);
    expect(text.match(/abcdefghijklmnopqrstuvwxyzabcd/g)).toHaveLength(2);
    expect(doc.store.pendingStructs).toBeNull();
  });

  test('a keystroke covers exactly the clock that it was built for', () => {
    const { from, to } = Y.parseUpdateMeta(encodeKeystroke(4_000_000_000, 17));
    expect([...from]).toEqual([[4_000_000_000, 17]]);
    expect([...to]).toEqual([[4_000_000_000, 18]]);
  });

  test('a cursor move is an awareness state that readers can show', () => {
    const awareness = new Awareness(new Y.Doc());
    applyAwarenessUpdate(awareness, encodeCursorMove(42, 3), 'load');
    expect(awareness.getStates().get(42)).toMatchObject({ user: { name: 'Person 42' } });
    awareness.destroy();
  });
});
