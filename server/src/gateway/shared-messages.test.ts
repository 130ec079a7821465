import { join, until } from '@quire/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { startMeasuredServer } from '../testing/measured-server.ts';
import { Session } from './session.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) await end();
});

const READERS = 12;

it.each(['quire', 'hocuspocus', 'y-websocket'] as const)(
  '[G4] what a document says to all who have it open is made once, with the client of %s',
  async (dialect) => {
    const server = await startMeasuredServer();
    ends.push(() => server.close());
    const url = `${server.wsUrl}${dialect === 'y-websocket' ? '/yjs' : '/collab'}`;
    const people = await Promise.all(Array.from({ length: READERS + 1 }, () => join(url, 'plan', { dialect })));
    for (const person of people) ends.push(() => person.leave());
    const sent = vi.spyOn(Session.prototype, 'send');
    const text = 'x'.repeat(2_000);
    people[0]?.doc.getText('body').insert(0, text);
    await until(() => people.every(({ doc }) => doc.getText('body').length === text.length), { what: 'all have it' });
    const buffers = sent.mock.calls.flatMap(([framed]) => framed).filter((buffer) => buffer.includes(text));
    expect(buffers.length).toBeGreaterThanOrEqual(READERS);
    // One more for whoever wrote it, who gets a receipt or an echo besides.
    expect(new Set(buffers).size).toBeLessThanOrEqual(2);
  },
);
