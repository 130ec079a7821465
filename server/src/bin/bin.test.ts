import { MemoryStore, PersistenceError } from '@quire/persistence';
import { binListSchema, closeCodes, type DocumentName, documentListSchema } from '@quire/protocol';
import { eventually, joinWithHocuspocus, joinWithYWebsocket, until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createRegistry } from '../registry/registry.ts';
import { openAccessStage } from '../testing/access-stage.ts';
import { type ApiServer, problemIn, readStored, startApiServer } from '../testing/api-server.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { createDocumentBin } from './document-bin.ts';

const plan = 'team/plan' as DocumentName;
const PLAN = '/documents/team%2Fplan';
const BIN = '/bin/team%2Fplan';
const DAY_MS = 86_400_000;

let stage: ApiServer;
let clock: ManualClock;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  clock = new ManualClock();
  stage = await startApiServer({}, { clock });
  await stage.server.documents.create({ name: plan, title: 'Plan' });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await stage.stop();
});

function join(doc = new Y.Doc(), name: string = plan) {
  const person = joinWithHocuspocus(stage.server.url.replace('http', 'ws'), name, { doc });
  const heard: string[] = [];
  person.provider.on('close', ({ event }: { event: { reason: string } }) => heard.push(event.reason));
  person.provider.on('authenticationFailed', ({ reason }: { reason: string }) => heard.push(reason));
  ends.push(() => person.leave());
  return { ...person, heard };
}

const put = (path = BIN) => stage.ask(path, { method: 'PUT' });
const restore = () => stage.ask(`${BIN}/restore`, { method: 'POST' });
const purge = () => stage.ask(BIN, { method: 'DELETE' });

async function listBin(query = '') {
  return binListSchema.parse(await (await stage.ask(`/bin${query}`)).json());
}

async function listNames() {
  const { documents } = documentListSchema.parse(await (await stage.ask('/documents')).json());
  return documents.map(({ name }) => name);
}

const synced = (person: ReturnType<typeof join>) => until(() => person.provider.isSynced, { what: 'it is here' });

describe('[G6] a document in the bin', () => {
  it('is opened by nobody, and is in no list but that of the bin', async () => {
    expect((await put()).status).toBe(204);
    const late = join();
    await until(() => late.heard.includes(closeCodes.documentInBin.name), { what: 'refused' });
    const comments = join(new Y.Doc(), `~comments/${plan}`);
    await until(() => comments.heard.includes(closeCodes.documentInBin.name), { what: 'comments refused' });
    for (const path of ['', '/content', '/update', '/threads', '/presence', '/links']) {
      expect(await problemIn(await stage.ask(`${PLAN}${path}`)), path).toEqual([410, 'document-in-bin']);
    }
    expect(await problemIn(await stage.ask(PLAN, { method: 'DELETE' }))).toEqual([410, 'document-in-bin']);
    expect(await listNames()).toEqual([]);
    const { documents } = await listBin();
    expect(documents).toEqual([expect.objectContaining({ name: plan, title: 'Plan', binnedBy: '' })]);
    expect(Date.parse(documents[0]?.purged ?? '') - Date.parse(documents[0]?.binned ?? '')).toBe(30 * DAY_MS);
  });

  it('is left within seconds by those who are in, who write nothing more from then on', async () => {
    const ada = join();
    await synced(ada);
    ada.doc.getText('body').insert(0, 'kept');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    await put();
    ada.doc.getText('body').insert(4, ' and no more');
    await until(() => ada.heard.includes(closeCodes.documentInBin.name), { what: 'put out' });
    expect((await readStored(stage.store, plan)).getText('body').toString()).toBe('kept');
  });

  it('is left by those of the other dialect too', async () => {
    const ben = joinWithYWebsocket(stage.server.url.replace('http', 'ws'), plan, {});
    ends.push(() => ben.leave());
    await until(() => ben.provider.synced, { what: 'it is here' });
    const codes: (number | undefined)[] = [];
    ben.provider.on('connection-close', (event) => codes.push(event?.code));
    await put();
    await until(() => codes.includes(closeCodes.documentInBin.code), { what: 'put out' });
  });

  it('keeps its name: nothing else is created or copied under it', async () => {
    await stage.server.documents.create({ name: 'other' as DocumentName });
    await put();
    expect(await problemIn(await stage.ask('/documents', { json: { name: plan } }))).toEqual([410, 'document-in-bin']);
    expect(await problemIn(await stage.ask('/documents/other/copy', { json: { name: plan } }))).toEqual([
      410,
      'document-in-bin',
    ]);
    await expect(stage.server.documents.create({ name: plan })).rejects.toMatchObject({ code: 'document-exists' });
  });

  it('is its owners’ to put there, to see and to take out', async () => {
    for (const [path, method] of [
      [BIN, 'PUT'],
      [BIN, 'DELETE'],
      [`${BIN}/restore`, 'POST'],
    ] as const) {
      expect(await problemIn(await stage.ask(path, { method, role: 'editor' }))).toEqual([403, 'forbidden']);
    }
    await put();
    const asEditor = await stage.ask('/bin', { role: 'editor' });
    expect(await asEditor.json()).toEqual({ documents: [], next: null });
    expect(await problemIn(await put('/bin/none'))).toEqual([404, 'unknown-document']);
  });
});

describe('[G3] the list of the bin', () => {
  const names = async () => (await listBin()).documents.map(({ name }) => name);
  beforeEach(async () => {
    await stage.server.documents.create({ name: 'other' as DocumentName });
    await put();
    await put('/bin/other');
  });

  it('shows the others beside one whose record is damaged', async () => {
    const stat = stage.store.stat.bind(stage.store);
    const error = new PersistenceError('CORRUPT_RECORD', 'checksum', { document: plan });
    stage.store.stat = async (name) => (name === plan ? { document: plan, state: 'damaged', error } : stat(name));
    expect(await names()).toEqual(['other']);
  });

  it('shows the others beside one that is deleted while it is made', async () => {
    const stat = stage.store.stat.bind(stage.store);
    let looks = 0;
    stage.store.stat = async (name) => {
      if (name === plan) looks += 1;
      return name === plan && looks > 1 ? null : stat(name);
    };
    expect(await names()).toEqual(['other']);
    expect(looks).toBe(2);
  });
});

it('[R13] a node that does not know all names says of none that nothing is called so', async () => {
  const log = pino({ level: 'silent' });
  let knowsAll = false;
  const bin = createDocumentBin({
    registry: createRegistry({ clock, log }),
    store: new MemoryStore(),
    clock,
    audit: log,
    limits: { days: 30, maxDocuments: 10 },
    knowsAllNames: () => knowsAll,
  });
  for (const ask of [bin.put, bin.restore]) {
    await expect(ask(plan)).rejects.toMatchObject({ code: 'load-failed' });
  }
  knowsAll = true;
  await expect(bin.put(plan)).rejects.toMatchObject({ code: 'unknown-document' });
});

it('[G4] the bin holds so much and no more; what lies in it stays, and there is room again once something is taken out', async () => {
  const own = await openAccessStage();
  try {
    const names = Array.from({ length: 11 }, (_, index) => `plan-${index}` as DocumentName);
    for (const name of names) await own.documents.create({ name });
    const [last, ...others] = names;
    if (last === undefined) throw new Error('there are eleven');
    for (const name of others) await own.bin.put(name);
    await expect(own.bin.put(last)).rejects.toMatchObject({ code: 'bin-full' });
    expect(await Promise.all(names.map((name) => own.bin.holdsNow(name)))).toEqual(names.map((name) => name !== last));
    await own.bin.restore(names[1] ?? last);
    await own.bin.put(last);
    expect(await own.bin.holdsNow(last)).toBe(true);
  } finally {
    await own.stop();
  }
});

describe('[R14] a document that is taken out of the bin', () => {
  it('is the same life as before: what somebody wrote offline meanwhile is good', async () => {
    const ada = join();
    await synced(ada);
    ada.doc.getText('body').insert(0, 'before');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    const epoch = (await stage.store.load(plan))?.epoch;
    ada.leave();
    await put();
    ada.doc.getText('body').insert(6, ', offline');
    expect((await restore()).status).toBe(200);
    expect((await stage.store.load(plan))?.epoch).toEqual(epoch);
    const again = join(ada.doc);
    await synced(again);
    await until(() => !again.provider.hasUnsyncedChanges, { what: 'saved' });
    expect((await readStored(stage.store, plan)).getText('body').toString()).toBe('before, offline');
    expect(await listNames()).toEqual([plan]);
    expect(await problemIn(await restore())).toEqual([404, 'not-in-bin']);
  });

  it('has its links as before, which open nothing meanwhile', async () => {
    const { token } = await stage.server.links.create(plan, { role: 'reader' });
    const byLink = () => fetch(`${stage.server.url}/v1${PLAN}`, { headers: { Authorization: `Bearer ${token}` } });
    await put();
    expect((await byLink()).status).toBe(410);
    await restore();
    expect((await byLink()).status).toBe(200);
  });
});

describe('a document that is purged', () => {
  it('[R14] is deleted: its life is over, its name is free, and what begins under it is not in the bin', async () => {
    const ada = join();
    await synced(ada);
    ada.doc.getText('body').insert(0, 'old');
    await until(() => !ada.provider.hasUnsyncedChanges, { what: 'saved' });
    ada.leave();
    expect(await problemIn(await purge())).toEqual([404, 'not-in-bin']);
    await put();
    expect((await purge()).status).toBe(204);
    expect(await listBin()).toEqual({ documents: [], next: null });
    expect((await stage.ask('/documents', { json: { name: plan } })).status).toBe(201);
    expect((await stage.ask(PLAN)).status).toBe(200);
    const late = join(ada.doc);
    await until(() => late.heard.includes(closeCodes.staleEpoch.name), { what: 'refused' });
  });

  it('[R14] is gone to whoever would restore it at the same time: it is restored whole, or not at all', async () => {
    await put();
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const end = stage.store.delete.bind(stage.store);
    stage.store.delete = async (...args) => {
      begun.resolve();
      await held.promise;
      return end(...args);
    };
    const purged = purge();
    await begun.promise;
    const restored = restore();
    // Whoever asks for a moment more is answered meanwhile: the one has its turn, and the other waits for it.
    expect((await stage.ask('/bin')).status).toBe(200);
    expect(await Promise.race([restored.then(() => 'restored'), stage.ask('/bin').then(() => 'waits')])).toBe('waits');
    held.resolve();
    expect((await purged).status).toBe(204);
    expect(await problemIn(await restored)).toEqual([404, 'unknown-document']);
    expect(await listBin()).toEqual({ documents: [], next: null });
    expect(await problemIn(await stage.ask(PLAN))).toEqual([404, 'unknown-document']);
  });

  it('[R14] is not in the bin any more once it was restored, and stays', async () => {
    await put();
    const [restored, purged] = await Promise.all([restore(), purge()]);
    const isThere = (await stage.ask(PLAN)).status === 200;
    expect([restored.status, purged.status]).toEqual(isThere ? [200, 404] : [404, 204]);
  });

  it('by itself, once its days are over, and no sooner; one that was restored never', async () => {
    await stage.server.documents.create({ name: 'kept' as DocumentName });
    await put();
    await put('/bin/kept');
    await stage.ask('/bin/kept/restore', { method: 'POST' });
    clock.advance(30 * DAY_MS - 600_000);
    expect((await stage.store.stat(plan))?.state).toBe('live');
    clock.advance(1_200_000);
    await eventually(async () => (await stage.store.stat(plan))?.state === 'deleted', { what: 'it is purged' });
    expect((await stage.store.stat('kept'))?.state).toBe('live');
  });
});

describe('[G1] the bin', () => {
  it('is on disk by the answer, and known to the server that starts next', async () => {
    const store = new MemoryStore();
    const first = await startApiServer({}, { store });
    await first.server.documents.create({ name: plan });
    await first.ask(BIN, { method: 'PUT' });
    await first.stop();
    const second = await startApiServer({}, { store });
    ends.push(() => second.stop());
    expect(await problemIn(await second.ask(PLAN))).toEqual([410, 'document-in-bin']);
  });

  it('comes page by page, the latest first', async () => {
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      await stage.server.documents.create({ name: name as DocumentName });
      clock.advance(at + 1);
      await put(`/bin/${name}`);
    }
    const first = await listBin('?limit=2');
    const second = await listBin(`?limit=2&after=${first.next}`);
    const names = [...first.documents, ...second.documents].map(({ name }) => name);
    expect([names, second.next]).toEqual([['c', 'b', 'a'], null]);
    expect(await problemIn(await stage.ask('/bin?after=nonsense'))).toEqual([400, 'bad-request']);
  });
});
