import { FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { closeCodes, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type * as Y from 'yjs';
import { type Clock, systemClock } from '../clock.ts';
import { textOf } from '../testing/gateway-stage.ts';
import { HeldReplication } from '../testing/linked-nodes.ts';
import { makeDialogue } from '../testing/made-up-updates.ts';
import { openGuard } from '../testing/open-guard.ts';
import { testLimits } from '../testing/start-gateway.ts';
import type { Slicing } from './apply-in-slices.ts';
import { type Collaboration, createCollaboration } from './collaboration.ts';
import { alone, type Replication } from './replication.ts';

const [plan, other] = ['plan' as DocumentName, 'other' as DocumentName];
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A document of so many structs, or more; to look at the time takes so long. */
async function start(
  msPerLook: number,
  { structs = 600, documents = [plan], replication = alone as Replication } = {},
) {
  let [now, turns, pace, minutes] = [0, 0, msPerLook, 0];
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + minutes * 60_000 };
  /** What happens in the turns between slices, one after the other. */
  const others: (() => Promise<void>)[] = [];
  const slicing: Slicing = {
    minBytes: Number.POSITIVE_INFINITY, // of what is loaded or sent
    now() {
      now += pace;
      return now;
    },
    async nextTurn() {
      turns += 1;
      await others.shift()?.();
    },
  };
  const store = new MemoryStore();
  for (const document of documents) {
    await store.append({
      document,
      epoch: FIRST_EPOCH,
      time: 0,
      updates: [{ author: 'ada', update: makeDialogue(1, 2, structs) }],
    });
  }
  const collaboration = createCollaboration({
    store,
    replication,
    guard: openGuard,
    log: pino({ level: 'silent' }),
    clock,
    limits: { ...testLimits, unloadDelayMs: 60_000 },
    maxJournalQueueBytes: 64 * 1024 * 1024,
    extensions: [],
    slicing,
  });
  ends.push(
    () => collaboration.close(),
    () => store.close(),
  );
  return {
    collaboration,
    others,
    countTurns: () => turns,
    setPace(ms: number) {
      pace = ms;
    },
    passMinute() {
      minutes += 1;
    },
  };
}

const type =
  (text: string) =>
  (document: Y.Doc): void =>
    document.getText('body').insert(0, text);
const read = (collaboration: Collaboration, name: DocumentName) => collaboration.read(name, textOf);

describe('an edit of the server’s own', () => {
  it('[G4] has its document copied in slices: others go on, and what they write meanwhile it is made on top of', async () => {
    const { collaboration, others } = await start(1);
    others.push(
      () => collaboration.edit(other, '', type('elsewhere')),
      () => collaboration.edit(plan, '', type('meanwhile ')),
    );
    let seen = '';
    await collaboration.edit(plan, '', (document) => {
      seen = textOf(document);
      type('at last ')(document);
    });
    expect(others).toHaveLength(0);
    expect(seen).toMatch(/^meanwhile xy/);
    expect(await read(collaboration, other)).toBe('elsewhere');
    expect(await read(collaboration, plan)).toMatch(/^at last meanwhile xy/);
  });

  it('[G4] waits where its document is large for one of each other such document, however many are made there', async () => {
    const { collaboration } = await start(0, { structs: 20_000, documents: [plan, other] });
    const made: DocumentName[] = [];
    const edit = (name: DocumentName) => collaboration.edit(name, '', () => void made.push(name));
    await Promise.all([read(collaboration, plan), read(collaboration, other)]);
    await Promise.all([edit(plan), edit(plan), edit(plan), edit(other)]);
    expect(made).toEqual([plan, plan, other, plan]);
  });

  it('[G4] is put off where the copy takes longer than any may, for a minute without another try, and is made after that', async () => {
    const { collaboration, countTurns, setPace, passMinute } = await start(1_000);
    const edit = (text = 'in vain') => collaboration.edit(plan, '', type(text));
    await expect(edit()).rejects.toMatchObject({ closeCode: closeCodes.overloaded });
    const turns = countTurns();
    expect(turns).toBeGreaterThan(1);
    await expect(edit()).rejects.toMatchObject({ closeCode: closeCodes.overloaded });
    expect(countTurns()).toBe(turns);
    expect(await read(collaboration, plan)).toMatch(/^xyxy/);
    await collaboration.edit(other, '', type('elsewhere'));
    expect(await read(collaboration, other)).toBe('elsewhere');
    passMinute();
    setPace(1);
    await edit('at last ');
    expect(await read(collaboration, plan)).toMatch(/^at last xyxy/);
  });

  it('[G4] that changes nothing leaves its client to the next, though it waits for what other nodes do not confirm', async () => {
    const replication = new HeldReplication();
    const { collaboration } = await start(1, { replication });
    replication.holds = true;
    const edits = [collaboration.edit(other, '', type('first'))];
    await until(() => replication.waiting.length === 1, { what: 'the first is on disk' });
    let isDrafted = false;
    edits.push(
      collaboration.edit(other, '', () => {
        isDrafted = true;
      }),
    );
    await until(() => isDrafted, { what: 'the second has found nothing to change' });
    edits.push(collaboration.edit(other, '', type('last ')));
    await until(() => replication.waiting.length === 2, { what: 'the last is on disk' });
    expect(await read(collaboration, other)).toBe('last first');
    expect(await collaboration.read(other, ({ store }) => store.clients.size)).toBe(1);
    replication.acknowledge();
    await Promise.all(edits);
  });
});
