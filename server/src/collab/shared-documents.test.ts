import { MemoryStore } from '@quire/persistence';
import { encodePresence } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { createRooms, type Rooms } from '../cluster/rooms/rooms.ts';
import { HandBus, Post } from '../testing/hand-bus.ts';
import { openGuard } from '../testing/open-guard.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { type Collaboration, createCollaboration, type Extension } from './collaboration.ts';
import { alone } from './replication.ts';

const [ADA, BEN, EVE] = [1, 2, 3];
const log = pino({ level: 'silent' });

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Node {
  readonly collaboration: Collaboration;
  readonly rooms: Rooms;
  readonly incarnation: string;
}

/** Nodes whose documents hear of each other, and of nothing else. */
function stage() {
  const post = new Post();
  const start = (extensions: readonly Extension[] = []): Node => {
    const store = new MemoryStore();
    const { incarnation } = store;
    const rooms = createRooms({ bus: new HandBus(post), incarnation, clock: systemClock, log });
    const collaboration = createCollaboration({
      store,
      replication: { ...alone, join: (document, room) => rooms.join(document, room) },
      guard: openGuard,
      log,
      clock: systemClock,
      limits: testLimits,
      maxJournalQueueBytes: 2 ** 26,
      extensions,
    });
    ends.push(async () => {
      await collaboration.close();
      rooms.close();
      await store.close();
    });
    return { collaboration, rooms, incarnation };
  };
  const enter = async (node: Node): Promise<Page> => {
    const page = new Page(node.collaboration, 'plan');
    ends.push(() => page.leave());
    await until(() => page.read().isIn, { what: 'let in' });
    return page;
  };
  /** Delivers what nodes tell each other until then. */
  const sees = (page: Page, ...people: number[]): Promise<unknown> =>
    until(
      () => {
        while (post.deliver());
        return screenOf(page).join() === people.join();
      },
      { what: () => `${people.join()} on a screen with ${screenOf(page).join()}` },
    );
  const hears = (page: Page, payload: string): Promise<unknown> =>
    until(
      () => {
        while (post.deliver());
        return said(page).includes(payload);
      },
      { what: `hears ${payload}` },
    );
  return { start, enter, sees, hears };
}

const own = new WeakMap<Page, number>();

function show(page: Page, clientId: number, clock = 1): void {
  own.set(page, clientId);
  page.say({ kind: 'presence', presence: encodePresence([{ clientId, clock, state: '{"here":true}' }]) });
}

/** Whom somebody sees besides themself: of that they may be told or not. */
function screenOf(page: Page): number[] {
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState(null);
  for (const frame of page.read().heard) {
    if (frame.kind === 'presence') applyAwarenessUpdate(awareness, frame.presence, null);
  }
  const people = [...awareness.getStates().keys()].filter((clientId) => clientId !== own.get(page)).sort();
  awareness.destroy();
  return people;
}

const said = (page: Page): string[] =>
  page.read().heard.flatMap((frame) => (frame.kind === 'stateless' ? frame.payload : []));

describe('a document that is open on several nodes', () => {
  it('[G7] shows everybody who is there, on all of them, and nobody who has left', async () => {
    const { start, enter, sees } = stage();
    const [here, there] = [start(), start()];
    const [ada, ben] = [await enter(here), await enter(there)];
    show(ada, ADA);
    show(ben, BEN);
    await sees(ben, ADA);
    await sees(ada, BEN);
    const viewer = await enter(there);
    await sees(viewer, ADA, BEN);
    ada.leave();
    await sees(viewer, BEN);
  });

  it('[G7] shows those who are there to who opens it on another node, though none of them moves', async () => {
    const { start, enter, sees } = stage();
    const [here, there] = [start(), start()];
    show(await enter(here), ADA);
    await sees(await enter(here), ADA);
    await sees(await enter(there), ADA);
  });

  it('[G7] shows nobody any more who was there by a node that is lost', async () => {
    const { start, enter, sees } = stage();
    const [here, there, third] = [start(), start(), start()];
    show(await enter(there), BEN);
    show(await enter(third), EVE);
    const viewer = await enter(here);
    await sees(viewer, BEN, EVE);
    here.rooms.lose(there.incarnation);
    await sees(viewer, EVE);
  });

  it('[R10] goes on to show who comes back on another node before their old connection is missed', async () => {
    const { start, enter, sees } = stage();
    const [here, there] = [start(), start()];
    const old = await enter(here);
    const [viewer, watcher] = [await enter(here), await enter(there)];
    show(old, ADA, 7);
    await sees(viewer, ADA);
    await sees(watcher, ADA);
    const current = new Page(there.collaboration, 'plan');
    ends.push(() => current.leave());
    show(current, ADA, 7);
    await until(() => current.read().isIn, { what: 'let in' });
    old.leave();
    show(watcher, BEN);
    await sees(viewer, ADA, BEN);
    show(viewer, EVE);
    await sees(watcher, ADA, EVE);
  });

  it('what an extension broadcasts in it is heard on all nodes, once on each', async () => {
    const { start, enter, hears } = stage();
    const answering: Extension = {
      onStateless: async ({ document, payload }) => document.broadcastStateless(`${payload}, answered`),
    };
    const [here, there, third] = [start([answering]), start([answering]), start()];
    const [ada, ben, eve] = [await enter(here), await enter(there), await enter(third)];
    ada.say({ kind: 'stateless', payload: 'one' });
    for (const page of [ada, ben, eve]) await hears(page, 'one, answered');
    ada.say({ kind: 'stateless', payload: 'two' });
    for (const page of [ada, ben, eve]) await hears(page, 'two, answered');
    for (const page of [ada, ben, eve]) expect(said(page)).toEqual(['one, answered', 'two, answered']);
  });
});
