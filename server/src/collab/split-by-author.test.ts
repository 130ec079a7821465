import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeUpdate } from '../testing/made-up-updates.ts';
import { splitByAuthor } from './split-by-author.ts';
import { inspectUpdate } from './update-inspection.ts';
import { UpdateWalk } from './update-walk.ts';

it('[G4] an update is gone through once, however many authors it names', () => {
  const clients = Array.from({ length: 3_000 }, (_, at) => at + 1);
  const update = makeUpdate(clients.map((client) => ({ client, clock: 0, items: [{ text: `by ${client}` }] })));
  const inspected = inspectUpdate(update);
  let walked = 0;
  const { struct } = UpdateWalk.prototype;
  UpdateWalk.prototype.struct = function (this: UpdateWalk): number {
    walked += 1;
    return struct.call(this);
  };
  try {
    const parts = splitByAuthor(update, inspected, 'Ada', (client) => (client === 1 ? undefined : `author ${client}`));
    expect(walked).toBe(3_000);
    expect(parts).toHaveLength(3_000);
    expect(new Set(parts.map(({ author }) => author)).size).toBe(3_000);
    const [whole, rebuilt] = [new Y.Doc(), new Y.Doc()];
    Y.applyUpdate(whole, update);
    for (const part of parts) Y.applyUpdate(rebuilt, part.update);
    expect(rebuilt.getText('body').toString()).toBe(whole.getText('body').toString());
  } finally {
    UpdateWalk.prototype.struct = struct;
  }
});
