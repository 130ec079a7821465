import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeCodes } from '@quire/protocol';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Client, Person, Room } from './api.ts';
import { systemClock } from './clock.ts';
import { connect, connectIn } from './connect.ts';
import { createFakeEnvironment, type FakeEnvironment } from './testing/fake-environment.ts';
import { type RunningServer, serve } from './testing/serve.ts';
import { until, untilState, untilTrue } from './testing/until.ts';
import type { Transport } from './transport-choice.ts';

let data: string;
let server: RunningServer;
let clients: Client[];
let transport: Transport;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'quire-sdk-'));
  clients = [];
  server = await serve(0, data);
});

afterEach(async () => {
  for (const client of clients) client.close();
  await server.kill();
  await rm(data, { recursive: true, force: true });
});

describe.each(['websocket', 'http'] as const)('the SDK against a real server, over %s', (chosen) => {
  beforeEach(() => {
    transport = chosen;
  });

  it('[G1] two people write at once and end with the same text, all of it saved', async () => {
    const [ada, ben] = [open('team/plan'), open('team/plan')];
    for (let round = 0; round < 50; round += 1) {
      textOf(ada).insert(0, 'a');
      textOf(ben).insert(textOf(ben).length, 'b');
    }
    await Promise.all([ada.whenSaved(), ben.whenSaved()]);
    expect(ada.status.get().transport).toBe(chosen);
    await untilTrue(() => textOf(ada).length === 100 && textOf(ben).length === 100);
    expect(textOf(ada).toString()).toBe(textOf(ben).toString());
    expect(await readAnew('team/plan')).toBe(textOf(ada).toString());
  });

  it('[G1] [R2] a server killed while somebody types loses nothing that was called saved, and gets the rest later', async () => {
    const room = open('plan');
    for (let round = 0; round < 3; round += 1) {
      await room.whenSaved();
      for (let key = 0; key < 20; key += 1) textOf(room).insert(textOf(room).length, `${key},`);
      // Some of these may be receipted and some not: the count must know which.
      await until(room.status, (status) => status.unsaved < 20 || status.state === 'saving');
      const confirmedAtLeast = 20 * (round + 1) - room.status.get().unsaved;
      await server.kill();
      await untilState(room, 'reconnecting');
      const unsaved = room.status.get().unsaved;
      textOf(room).insert(textOf(room).length, '\n');
      expect(room.status.get()).toMatchObject({ state: 'reconnecting', unsaved: unsaved + 1 });
      server = await serve(server.port, data);
      expect((await readAnew('plan')).split(',').length - 1).toBeGreaterThanOrEqual(confirmedAtLeast);
      await untilState(room, 'saved');
      expect(await readAnew('plan')).toBe(textOf(room).toString());
    }
  }, 60_000);

  it('[R4] a change that makes a document too large is named, and all is saved once it was undone', async () => {
    await server.kill();
    server = await serve(server.port, data, { QUIRE_LIMITS_MAX_DOCUMENT_BYTES: '10000' });
    const room = open('plan');
    textOf(room).insert(0, 'kept');
    await room.whenSaved();
    const undo = new Y.UndoManager(textOf(room), { captureTimeout: 0 });
    textOf(room).insert(4, 'x'.repeat(20_000));
    const status = await untilState(room, 'cannot-save');
    expect(status).toMatchObject({ reason: closeCodes.documentTooLarge.shown, canEdit: true });
    expect(await readAnew('plan')).toBe('kept');
    undo.undo();
    textOf(room).insert(4, ', and more');
    await untilState(room, 'saved');
    expect(await readAnew('plan')).toBe('kept, and more');
  });

  it('many documents of one client are saved over one socket', async () => {
    const client = newClient();
    const rooms = Array.from({ length: 20 }, (_, index) => client.open(`folder/${index}`));
    for (const [index, room] of rooms.entries()) textOf(room).insert(0, `number ${index}`);
    await Promise.all(rooms.map((room) => room.whenSaved()));
    const { documents } = await client.documents.list({ prefix: 'folder/', limit: 50 });
    expect(documents).toHaveLength(20);
    for (const [index, room] of rooms.entries()) expect(await readAnew(room.name)).toBe(`number ${index}`);
  });

  it('leaving and opening again on the same socket starts with what was saved', async () => {
    const client = newClient();
    for (let round = 1; round <= 5; round += 1) {
      const room = client.open('plan');
      await room.whenLoaded();
      textOf(room).insert(textOf(room).length, 'x');
      await room.whenSaved();
      expect(textOf(room).length).toBe(round);
      room.leave();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('[G7] people see each other come and go', async () => {
    const watcher = open('plan');
    const client = newClient();
    const visitor = client.open('plan');
    visitor.presence.setPerson({ name: 'Ada', color: '#2563eb' });
    await until(watcher.presence.people, (people) => people.some((person) => person.name === 'Ada'));
    client.close();
    await until(watcher.presence.people, (people) => people.length === 1);
  });

  it('a guest knows that the server takes them for nobody', async () => {
    const room = open('plan');
    expect(room.userId.get()).toBeNull();
    await untilState(room, 'saved');
    expect(room.userId.get()).toBe('');
  });

  it('[R10] people are seen again after a restart of the server, without waiting for a renewal', async () => {
    const [one, two] = [open('plan'), open('plan')];
    two.presence.setPerson({ name: 'Ben', color: '#db2777' });
    const seesBen = () => until(one.presence.people, (people) => people.some((person) => person.name === 'Ben'));
    await seesBen();
    await server.kill();
    await until(one.presence.people, (people) => people.length === 1);
    server = await serve(server.port, data);
    await seesBen();
  });

  it('beyond the people whom the server lists, everybody sees the same number, and themselves', async () => {
    await server.kill();
    server = await serve(server.port, data, { QUIRE_LIMITS_MAX_LISTED_PEOPLE: '2' });
    const rooms = ['Ada', 'Ben', 'Eve', 'Fay'].map((name) => {
      const room = open('plan');
      room.presence.setPerson({ name, color: '#2563eb' });
      return room;
    });
    // Four are here. Who is listed sees two, and two more; who is not sees three, and one more.
    await untilTrue(
      () =>
        rooms
          .map((room) => `${room.presence.people.get().length}+${room.presence.viewers.get()}`)
          .sort()
          .join() === '2+2,2+2,3+1,3+1',
    );
    const unlisted = rooms.find((room) => room.presence.viewers.get() === 1) as Room;
    const me = unlisted.presence.people.get()[0];
    textOf(unlisted).insert(0, 'me, too');
    const isThere = (people: readonly Person[]) => people.some(({ clientId }) => clientId === me?.clientId);
    await Promise.all(rooms.map((room) => until(room.presence.people, isThere)));
    await until(unlisted.presence.viewers, (count) => count === 2);
  });

  it('documents are created, listed, renamed and deleted; a second one of a name is refused with words', async () => {
    const { documents } = newClient();
    const created = await documents.create({ name: 'team/plan', title: 'Plan' });
    expect(created).toMatchObject({ name: 'team/plan', title: 'Plan' });
    await expect(documents.create({ name: 'team/plan' })).rejects.toMatchObject({ code: 'refused', status: 409 });
    const unnamed = await documents.create();
    expect(unnamed.name).not.toBe('');
    expect(await documents.rename('team/plan', 'Our plan')).toMatchObject({ title: 'Our plan' });
    const room = open('team/plan');
    await room.whenLoaded();
    expect(room.doc.getMap('meta').get('title')).toBe('Our plan');
    // The index follows the document a moment later.
    await untilTrue(async () => (await documents.list({ prefix: 'team/' })).documents[0]?.title === 'Our plan');
    await documents.deleteForGood('team/plan');
    expect((await documents.list({ prefix: 'team/' })).documents).toEqual([]);
    await expect(documents.rename('team/plan', 'x')).rejects.toMatchObject({ status: 404 });
  });

  it('[R14] a document deleted under an open editor is gone there, and stays deleted', async () => {
    const client = newClient();
    const [plan, other] = [client.open('plan'), client.open('other')];
    textOf(plan).insert(0, 'precious');
    textOf(other).insert(0, 'unrelated');
    await Promise.all([plan.whenSaved(), other.whenSaved()]);
    await client.documents.deleteForGood('plan');
    expect(await untilState(plan, 'gone')).toMatchObject({ canEdit: false });
    textOf(other).insert(0, 'still ');
    await other.whenSaved();
    await server.kill();
    server = await serve(server.port, data);
    await untilState(other, 'saved');
    expect(await readAnew('plan')).toBe('');
    expect((await client.documents.list()).documents.map((document) => document.name)).toEqual(['other']);
    expect(textOf(plan).toString()).toBe('precious');
  });

  it('[R14] a copy of a document that was deleted meanwhile is set aside, and the name is free', () =>
    outliveCopy({ successor: '' }));

  it('[R14] a copy of a document that was deleted meanwhile is set aside, and its successor is shown alone', () =>
    outliveCopy({ successor: 'new life' }));
});

const textOf = (room: Room) => room.doc.getText('body');

/** Somebody on a device that keeps nothing. */
function newClient(): Client {
  const client = connect({ url: `ws://127.0.0.1:${server.port}/collab`, offline: false, transport });
  clients.push(client);
  return client;
}

/** Writes, deletes elsewhere, and returns with the old copy. */
async function outliveCopy({ successor }: { readonly successor: string }): Promise<void> {
  globalThis.indexedDB = new IDBFactory();
  const { documents } = newClient();
  const page = newPage();
  const before = page.open('plan');
  textOf(before).insert(0, 'former life');
  await before.whenSaved();
  await untilTrue(() => !page.environment.dispatch('beforeunload'));
  page.close();
  await documents.deleteForGood('plan');
  if (successor !== '') {
    const room = open('plan');
    textOf(room).insert(0, successor);
    await room.whenSaved();
  }

  // What is in the copy is shown while the server is asked; its answer ends that.
  const stale = newPage().open('plan');
  expect(await untilState(stale, 'gone')).toMatchObject({ canEdit: false });

  const later = newPage().open('plan');
  await later.whenSaved();
  expect(textOf(later).toString()).toBe(successor);
  textOf(later).insert(0, 'on with ');
  await later.whenSaved();
  expect(await readAnew('plan')).toBe(`on with ${successor}`);
  const copies = (await indexedDB.databases()).map((database) => database.name);
  expect(copies.filter((name) => name?.endsWith('/plan'))).toHaveLength(2);
}

/** A page on this device, which keeps documents; all of them share its IndexedDB. */
function newPage(): Client & { readonly environment: FakeEnvironment } {
  const environment = createFakeEnvironment({ hasIndexedDb: true });
  const surroundings = { clock: systemClock, environment, random: Math.random };
  const client = connectIn(surroundings, { url: `ws://127.0.0.1:${server.port}/collab`, transport });
  clients.push(client);
  return { ...client, environment };
}

function open(name: string): Room {
  return newClient().open(name);
}

/** What a stranger who opens the document now sees. */
async function readAnew(name: string): Promise<string> {
  const client = newClient();
  const room = client.open(name);
  await room.whenLoaded();
  const text = textOf(room).toString();
  client.close();
  return text;
}
