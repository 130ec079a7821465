import { companionOf, type DocumentName, problemSchema } from '@quire/protocol';
import { until } from '@quire/testing';
import type { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type AccessRules, createAccessRules } from '../auth/access-rules.ts';
import { markThread } from '../comments/anchor-marks.ts';
import { createComments } from '../comments/comments.ts';
import { putThread } from '../comments/thread-map.ts';
import { createRegistry, type Registry } from '../registry/registry.ts';
import { type ClusterNode, createClusterStage } from '../testing/cluster-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openGuard } from '../testing/open-guard.ts';
import { createTurns } from '../turns.ts';
import { createApi } from './api.ts';
import { createContents } from './contents.ts';
import { createDocuments, type Documents } from './documents.ts';
import { endLinksWith } from './end-links.ts';
import { addThreads } from './threads-api.ts';

const PATIENCE_MS = 10_000;
const PLAN = '/v1/documents/plan';

const stage = createClusterStage();
let clock: ManualClock;
let node: ClusterNode;
let registry: Registry;
let documents: Documents;
let audit: string[];
let rules: AccessRules;
let api: Hono;
beforeEach(async () => {
  clock = new ManualClock();
  node = stage.startNode({ clock });
  const { collaboration, store } = node;
  const log = pino({ level: 'silent' });
  audit = [];
  const auditLog = pino({ level: 'info' }, { write: (line: string) => void audit.push(JSON.parse(line).event) });
  registry = createRegistry({ clock, log });
  const takeTurn = createTurns();
  rules = createAccessRules({
    registry,
    store,
    clock,
    log,
    audit: auditLog,
    limits: { maxLinks: 10, maxLinksPerDocument: 10, maxRevocations: 10, revocationDays: 1 },
    binLimits: { days: 30, maxDocuments: 10 },
    takeTurn,
  });
  stage.atEnd(() => {
    rules.close();
    registry.close();
  });
  await registry.open(collaboration);
  documents = createDocuments({ store, bin: rules.bin, takeTurn, editor: endLinksWith(collaboration, rules, log) });
  api = createApi({
    documents,
    contents: createContents({ documents, live: collaboration, takeTurn }),
    rules,
    guard: openGuard,
    origins: { allowedOrigins: [], isLoopbackOnly: false },
    clock,
    log,
    isDraining: () => false,
  });
  addThreads(api, {
    comments: createComments({
      documents,
      live: collaboration,
      takeTurn,
      now: () => clock.now(),
      retries: { add() {} },
      maxAnchorsPerCommenter: 10,
    }),
    guard: openGuard,
  });
  await documents.create({ name: 'plan' as DocumentName, title: 'Plan' });
  node.replication.holds = true;
});
afterEach(() => stage.close());

interface Sent {
  readonly method: string;
  readonly json?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

function send(path: string, { bytes, json, method }: Sent): Promise<Response> {
  const type = bytes === undefined ? 'application/json' : 'application/octet-stream';
  const body = bytes ?? (json === undefined ? undefined : JSON.stringify(json));
  const init = body === undefined ? { method } : { method, body, headers: { 'Content-Type': type } };
  return Promise.resolve(api.request(`http://localhost${path}`, init));
}

/** Whether it has been answered by now. */
function watch(answer: Promise<Response>): { isOver: boolean } {
  const watched = { isOver: false };
  void answer.then(() => {
    watched.isOver = true;
  });
  return watched;
}

async function turns(): Promise<void> {
  for (let left = 50; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Something more is on the disk, and waits for other nodes. */
async function untilMoreWaits(than: number): Promise<void> {
  await until(() => node.replication.waiting.length > than, { what: 'on disk' });
  await turns();
}

async function expectUnconfirmed(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  const { code, detail } = problemSchema.parse(await response.json());
  expect([response.status, code]).toEqual([504, 'unconfirmed']);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(detail).toContain('on the disk of this node');
}

function madeUpdate(): Uint8Array<ArrayBuffer> {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'hello');
  return new Uint8Array(Y.encodeStateAsUpdate(doc));
}

const THREAD = 'a-thread-of-the-test';

/** In the document and in the comments on it. */
async function beginMarkedThread(): Promise<void> {
  const { collaboration } = node;
  await collaboration.edit('plan' as DocumentName, '', (document) => {
    const text = document.getXmlFragment('default');
    const paragraph = new Y.XmlElement('paragraph');
    text.insert(0, [paragraph]);
    paragraph.insert(0, [new Y.XmlText('Hello')]);
    const [first] = paragraph.toArray();
    if (first instanceof Y.XmlText) markThread([{ text: first, from: 0, length: 5 }], THREAD);
  });
  await collaboration.edit(companionOf('plan' as DocumentName, 'comments'), '', (companion) => {
    const author = { id: '', name: '' };
    const time = new Date(clock.now()).toISOString();
    putThread(companion, { id: THREAD, author, created: time, quote: 'Hello', resolved: null, comments: [] });
  });
}

describe('[G1] what other nodes do not confirm', () => {
  const changes: [string, string, Sent][] = [
    ['a new document', '/v1/documents', { method: 'POST', json: { name: 'new' } }],
    ['a title', PLAN, { method: 'PATCH', json: { title: 'Changed' } }],
    ['an update', `${PLAN}/update`, { method: 'POST', bytes: madeUpdate() }],
    ['a copy', `${PLAN}/copy`, { method: 'POST', json: { name: 'copy' } }],
    ['a deletion', PLAN, { method: 'DELETE' }],
    ['a thread', `${PLAN}/threads`, { method: 'POST', json: { text: 'Why?' } }],
    ['a share link', `${PLAN}/links`, { method: 'POST', json: { role: 'reader' } }],
    ['a revocation', '/v1/revocations', { method: 'POST', json: { user: 'ben' } }],
    ['a place in the bin', '/v1/bin/plan', { method: 'PUT' }],
  ];

  it.each(changes)('is said of %s after a while, and not before', async (_, path, sent) => {
    const answer = send(path, sent);
    const watched = watch(answer);
    await untilMoreWaits(0);
    clock.advance(PATIENCE_MS - 1);
    await turns();
    expect(watched.isOver).toBe(false);
    clock.advance(1);
    await expectUnconfirmed(answer);
  });

  it.each(changes)('is not said of %s that is confirmed in time', async (_, path, sent) => {
    const answer = send(path, sent);
    await untilMoreWaits(0);
    node.replication.holds = false;
    node.replication.acknowledge();
    expect((await answer).ok).toBe(true);
  });

  it('is there all the same, and keeps nobody from changing the same document', async () => {
    const answers = [send(PLAN, { method: 'PATCH', json: { title: 'First' } })];
    await untilMoreWaits(0);
    answers.push(send(PLAN, { method: 'PATCH', json: { title: 'Second' } }));
    await untilMoreWaits(1);
    answers.push(send(`${PLAN}/threads`, { method: 'POST', json: { text: 'Why?' } }));
    await untilMoreWaits(2);
    answers.push(send('/v1/bin/plan', { method: 'PUT' }));
    await untilMoreWaits(3);
    answers.push(send('/v1/revocations', { method: 'POST', json: { user: 'ben' } }));
    await untilMoreWaits(4);
    expect(audit).toEqual(['document-binned', 'access-revoked']);
    expect(await documents.getAnyway('plan' as DocumentName)).toMatchObject({ title: 'Second' });
    answers.push(send(PLAN, { method: 'DELETE' }));
    await untilMoreWaits(5);
    clock.advance(PATIENCE_MS);
    const said = await Promise.all(answers.map(async (answer) => (await answer).status));
    // The document under what was still waited for was deleted.
    expect(said).toEqual([404, 404, 404, 504, 504, 504]);
    expect((await send(PLAN, { method: 'PATCH', json: { title: 'Gone' } })).status).toBe(404);
  });

  it('[G6] is not waited for of what a deletion takes away with a document: its links and its mark in the bin mean nothing by then', async () => {
    node.replication.holds = false;
    await send(`${PLAN}/links`, { method: 'POST', json: { role: 'reader' } });
    await send('/v1/bin/plan', { method: 'PUT' });
    expect([rules.links.count, rules.bin.list().length]).toEqual([1, 1]);
    node.replication.holds = true;
    const answer = send('/v1/bin/plan', { method: 'DELETE' });
    await untilMoreWaits(0);
    node.replication.acknowledge();
    expect((await answer).status).toBe(204);
    expect([rules.links.count, rules.bin.list().length]).toEqual([0, 0]);
    expect(node.replication.waiting).not.toEqual([]);
  });

  it('[G6] of a deletion keeps nothing of what it takes away with the document', async () => {
    node.replication.holds = false;
    await send(`${PLAN}/links`, { method: 'POST', json: { role: 'reader' } });
    await send('/v1/bin/plan', { method: 'PUT' });
    node.replication.holds = true;
    const answer = send('/v1/bin/plan', { method: 'DELETE' });
    await untilMoreWaits(0);
    clock.advance(PATIENCE_MS);
    await expectUnconfirmed(answer);
    await until(() => rules.links.count + rules.bin.list().length === 0, { what: 'both are taken away' });
  });

  it('is waited for again by whoever sends it again, though nothing is new about it', async () => {
    const bytes = madeUpdate();
    const first = send(`${PLAN}/update`, { method: 'POST', bytes });
    await untilMoreWaits(0);
    clock.advance(PATIENCE_MS);
    await expectUnconfirmed(first);
    const again = send(`${PLAN}/update`, { method: 'POST', bytes });
    const watched = watch(again);
    await turns();
    await until(() => clock.pending > 0, { what: 'the second one waits too' });
    expect(watched.isOver).toBe(false);
    node.replication.acknowledge();
    expect((await again).status).toBe(204);
  });

  const done: [string, string, Sent, () => Promise<void>][] = [
    ['a place in the bin', '/v1/bin/plan', { method: 'PUT' }, async () => {}],
    ['a mark that is taken away', `${PLAN}/threads/${THREAD}/anchor`, { method: 'DELETE' }, beginMarkedThread],
  ];

  it.each(done)('is waited for again by whoever asks again for %s', async (_, path, sent, prepare) => {
    node.replication.holds = false;
    await prepare();
    node.replication.holds = true;
    const first = send(path, sent);
    await untilMoreWaits(0);
    clock.advance(PATIENCE_MS);
    await expectUnconfirmed(first);
    const again = send(path, sent);
    const watched = watch(again);
    await turns();
    expect(watched.isOver).toBe(false);
    await until(() => clock.pending > 0, { what: 'the second one waits too' });
    node.replication.acknowledge();
    expect((await again).ok).toBe(true);
  });

  it('[G4] takes no room once nobody waits for it, and its document may leave memory', async () => {
    const answer = send(`${PLAN}/update`, { method: 'POST', bytes: madeUpdate() });
    await untilMoreWaits(0);
    clock.advance(PATIENCE_MS);
    await expectUnconfirmed(answer);
    await turns();
    clock.advance(PATIENCE_MS);
    await until(() => node.collaboration.openDocuments === 0, { what: 'let go of' });
    expect(node.replication.waiting).not.toEqual([]);
  });
});
